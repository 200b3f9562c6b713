import { createSettableClock, storeConformance } from '../../testkit/index.ts';
import { createMemoryStore } from './memory-store.ts';

storeConformance('the memory store', async () => {
  const clock = createSettableClock();
  const opened = createMemoryStore({ now: clock.now });
  return {
    ...opened,
    another: async () => opened,
    advanceClock: async (ms) => clock.advance(ms),
    dispose: () => opened.store.close(),
  };
});
