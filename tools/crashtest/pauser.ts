import { setTimeout as sleep } from 'node:timers/promises';
import { type RunControl, runId } from '@millrace/core';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import { apiCalls } from './api-calls.ts';
import type { Acknowledged } from './callers.ts';
import type { Cluster } from './cluster.ts';
import { bulkWorkflow } from './workload.ts';

/**
 * A time in which a run was paused for sure, and what workers held when it began: that goes on, and whatever of it waited in
 * its worker's line may begin; nothing else may. Attempts are told as `step iteration item attempt`.
 */
export type Pause = Readonly<{ run: string; from: number; to: number; held: readonly string[] }>;

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
  started: readonly Acknowledged[],
  random: Random,
  violate: (text: string) => void,
): Pauser {
  const api = apiCalls(cluster, random);
  const pauses: Pause[] = [];
  let stopped = false;

  /** `done`, or the code with which it was refused. */
  const call = async (run: string, verb: 'pause' | 'resume'): Promise<string> => {
    const { ok, code } = await api.call(`runs/${run}/${verb}`, { by: 'pauser' });
    return ok ? 'done' : (code ?? 'unknown');
  };

  const pauseOne = async (run: string): Promise<void> => {
    const paused = await call(run, 'pause');
    if (paused !== 'done' && !moot.has(paused)) violate(`The pause of run ${run} was refused: ${paused}`);
    const before = await lookAtPaused(cluster, run);
    const from = Date.now();
    await sleep(random.int(500, 4_000));
    const to = Date.now();
    const after = await lookAtPaused(cluster, run);
    const resumed = await call(run, 'resume');
    if (resumed !== 'done' && !moot.has(resumed)) violate(`Run ${run} was not resumed: ${resumed}`);
    // A server that stood still may have carried out an older call in between.
    if (before !== null && before.turn === after?.turn) pauses.push({ run, from, to, held: before.held });
  };

  const loop = (async () => {
    while (!stopped) {
      await sleep(random.int(500, 2_500));
      const lately = started.slice(-10).filter(({ shape }) => shape !== bulkWorkflow);
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

export type PausedRun = Readonly<{ turn: number; held: readonly string[] }>;

/** A run that is paused: how often it was paused or resumed, and what workers hold of it; null: it is not, or who knows. */
export async function lookAtPaused({ store }: Cluster, run: string): Promise<PausedRun | null> {
  const [loaded] = await store.store.runs.load([runId(run)]).catch(() => []);
  if (loaded?.run.status !== 'paused') return null;
  const control = JSON.parse(loaded.run.control ?? '{}') as RunControl;
  const held = loaded.work
    .filter(({ worker }) => worker !== null)
    .map(({ step, iteration, item, attempt }) => `${step} ${iteration} ${item} ${attempt}`);
  return { turn: control.pauses?.turn ?? 0, held };
}
