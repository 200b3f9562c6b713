export { createMemoryStore } from '../src/memory/index.ts';
export type { ConformanceStore, OpenForConformance } from './conformance/subject.ts';
export { type History, type HistoryOptions, runHistory } from './histories/index.ts';
export { createSettableClock, type SettableClock } from './settable-clock.ts';
export { storeConformance } from './store-conformance.ts';
export { type ModelSubject, storeModel } from './store-model.ts';
