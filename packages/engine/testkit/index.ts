export { createMemoryStore } from '../src/memory/index.ts';
export { noChanges } from './conformance/samples.ts';
export type { ConformanceStore, OpenForConformance } from './conformance/subject.ts';
export { createMemoryEngine } from './create-memory-engine.ts';
export { type History, type HistoryOptions, runHistory } from './histories/index.ts';
export { createMemoryBlobs } from './memory-blobs.ts';
export { createSettableClock, type SettableClock } from './settable-clock.ts';
export { storeConformance } from './store-conformance.ts';
export { type ModelSubject, storeModel } from './store-model.ts';
