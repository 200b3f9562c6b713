import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import type { Cluster } from './cluster.ts';

/** A time in which a run was paused for sure: from the answer to the pause to the call that resumes it. */
export type Pause = Readonly<{ run: string; from: number; to: number }>;

export type Pauser = Readonly<{
  pauses: readonly Pause[];
  /** Resolves when everything that it paused is resumed. */
  stop(): Promise<void>;
}>;

/** What a call that was sent before, and whose answer was lost, is told; and that somebody else was faster. */
const moot: ReadonlySet<string> = new Set([
  'run_ended',
  'run_paused',
  'run_not_paused',
  'run_stopping',
  'run_not_pausable',
]);

/** Pauses runs that were started lately and resumes them, each call again until it is answered. */
export function startPauser(
  cluster: Cluster,
  started: readonly Readonly<{ run: string }>[],
  random: Random,
  violate: (text: string) => void,
): Pauser {
  const pauses: Pause[] = [];
  let stopped = false;

  /** `done`, or the code with which it was refused. */
  const call = async (run: string, verb: 'pause' | 'resume'): Promise<string> => {
    for (;;) {
      try {
        const response = await fetch(`${random.pick(cluster.servers).proxy.url}/api/v1/runs/${run}/${verb}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${cluster.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ by: 'pauser' }),
          signal: AbortSignal.timeout(4_000),
        });
        if (response.ok) return 'done';
        const { error } = (await response.json()) as { error?: { code?: string } };
        if (response.status < 500) return error?.code ?? 'unknown';
      } catch {
        // Not answered: nobody knows whether it happened.
      }
      await sleep(200);
    }
  };

  const pauseOne = async (run: string): Promise<void> => {
    const paused = await call(run, 'pause');
    if (paused !== 'done' && !moot.has(paused)) violate(`The pause of run ${run} was refused: ${paused}`);
    const from = Date.now();
    await sleep(random.int(500, 4_000));
    const to = Date.now();
    const resumed = await call(run, 'resume');
    if (resumed !== 'done' && !moot.has(resumed)) violate(`Run ${run} was not resumed: ${resumed}`);
    if (paused === 'done' || paused === 'run_paused') pauses.push({ run, from, to });
  };

  const loop = (async () => {
    while (!stopped) {
      await sleep(random.int(500, 2_500));
      const lately = started.slice(-10);
      if (lately.length > 0) await pauseOne(random.pick(lately).run);
    }
  })();
  return {
    pauses,
    async stop() {
      stopped = true;
      await loop;
    },
  };
}
