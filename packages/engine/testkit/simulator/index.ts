export { type Breakage, breakages } from './breakages.ts';
export { addCounts, type Counts, newCounts } from './counts.ts';
export { parseOverrides, type Scenario, writeOverrides } from './scenario.ts';
export { repeatCommand, shrink } from './shrink.ts';
export { type SimulationOptions, type SimulationResult, simulateSeed } from './simulate-seed.ts';
