import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import { apiCalls } from './api-calls.ts';
import type { Cluster } from './cluster.ts';
import { lookAtPaused, type Pause } from './pauser.ts';
import { bulkWorkflow } from './workload.ts';

type Outcome = Readonly<{ run: string; outcome: string; rerun: string | null }>;

export type BulkUsers = Readonly<{
  pauses: readonly Pause[];
  /** Runs of which a server said that they are cancelled. */
  cancelled: ReadonlySet<string>;
  /** Runs that a server said are re-runs, with the runs that they run again. */
  retried: ReadonlyMap<string, string>;
  stop(): Promise<void>;
  /** Resumes whatever is paused: a server that stood still may have carried out a pause when nobody expected it any more. */
  resumeAll(): Promise<void>;
}>;

/** Act on many runs at once, each call again until it is answered: pause, resume and cancel, and retry those that failed. */
export function startBulkUsers(cluster: Cluster, random: Random, violate: (text: string) => void): BulkUsers {
  const api = apiCalls(cluster, random);
  const pauses: Pause[] = [];
  const cancelled = new Set<string>();
  const retried = new Map<string, string>();
  let stopped = false;

  const act = async (action: string, workflow: string | null, limit: number): Promise<readonly Outcome[]> => {
    const filter = { workspace: 'main', ...(workflow === null ? {} : { workflow }) };
    const answer = await api.call<{ items?: readonly Outcome[] }>('runs/bulk', { action, filter, by: 'bulk', limit });
    if (!answer.ok) violate(`${action} in bulk was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    return (answer.body.items ?? []).filter(({ outcome }) => outcome === 'done');
  };

  const pauseSome = async (): Promise<void> => {
    const runs = (await act('pause', bulkWorkflow, 5)).map(({ run }) => run);
    const before = await Promise.all(runs.map((run) => lookAtPaused(cluster, run)));
    const from = Date.now();
    await sleep(random.int(500, 3_000));
    const to = Date.now();
    const after = await Promise.all(runs.map((run) => lookAtPaused(cluster, run)));
    for (const [at, run] of runs.entries()) {
      const paused = before[at];
      if (paused && paused.turn === after[at]?.turn) pauses.push({ run, from, to, held: paused.held });
    }
    await act('resume', bulkWorkflow, 100);
  };

  const loop = (async () => {
    while (!stopped) {
      await sleep(random.int(1_000, 4_000));
      if (stopped) return;
      const what = random.int(1, 4);
      if (what <= 2) await pauseSome();
      else if (what === 3) for (const { run } of await act('cancel', bulkWorkflow, 1)) cancelled.add(run);
      else for (const { run, rerun } of await act('retry', 'hooked', 3)) if (rerun !== null) retried.set(rerun, run);
    }
  })();
  return {
    pauses,
    cancelled,
    retried,
    async stop() {
      stopped = true;
      await loop;
    },
    async resumeAll() {
      await act('resume', null, 500);
    },
  };
}
