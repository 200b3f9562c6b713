export { type Breakage, breakages } from './breakages.ts';
export { addCounts, newCounts } from './counts.ts';
export { parseOverrides } from './scenario.ts';
export { repeatCommand, shrink } from './shrink.ts';
export { type SimulationOptions, type SimulationResult, simulateSeed } from './simulate-seed.ts';
