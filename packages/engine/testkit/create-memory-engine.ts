import { createEngine } from '../src/engine.ts';
import type { Engine } from '../src/engine-types.ts';
import { createMemoryStore } from '../src/memory/index.ts';
import { createMemoryBlobs } from './memory-blobs.ts';

/** An engine that keeps everything in memory, for tests of what stands around one. */
export const createMemoryEngine = (): Promise<Engine> =>
  createEngine({ ...createMemoryStore(), blobs: createMemoryBlobs() });
