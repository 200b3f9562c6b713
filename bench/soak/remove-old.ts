import type { Engine } from '@millrace/engine';
import { createRemoveOldRuns } from '../../packages/engine/src/retention/remove-old-runs.ts';
import { restAfter } from '../../packages/engine/src/retention/rest-after.ts';

export type Removal = Readonly<{ removed(): number; stop(): Promise<void> }>;

/**
 * Does what the engine's retention loop does, with the same pieces and rests, but walks through history every second instead
 * of every ten minutes: a soak has less time than a year.
 */
export function startRemoval({ store, blobs }: Engine, keepMs: number): Removal {
  const walkMs = 1_000;
  let removed = 0;
  let stopped = false;
  let wake = (): void => undefined;
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const step = createRemoveOldRuns({
    history: store.history,
    blobs,
    keepMs,
    onRemoved: (count) => {
      removed += count;
    },
  });
  const walking = (async () => {
    while (!stopped) {
      const began = performance.now();
      const left = await step();
      if (!stopped) await rest(left === 'nothing' ? walkMs : restAfter(performance.now() - began, left));
    }
  })();
  return {
    removed: () => removed,
    async stop() {
      stopped = true;
      wake();
      await walking;
    },
  };
}
