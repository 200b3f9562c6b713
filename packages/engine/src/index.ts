export { createEngine, type EngineOptions } from './engine.ts';
export type * from './engine-types.ts';
export { createMemoryStore } from './memory/index.ts';
export type * from './ports/index.ts';
export type { EngineEvent } from './realtime/event-bus.ts';
export { createRehearsals, type Rehearsals } from './rehearsal/create-rehearsals.ts';
export type * from './rehearsal/rehearsal-types.ts';
export { defaultSettings, type EngineSettings } from './settings.ts';
export { compileAll } from './workspaces/publish-workspace.ts';
