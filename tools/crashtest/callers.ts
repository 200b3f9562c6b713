import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import type { Cluster } from './cluster.ts';
import type { People } from './people.ts';
import { askingWorkflow, shapes } from './workload.ts';

/** A start that a server has answered: from then on the run may never be lost. */
export type Acknowledged = Readonly<{ key: string; run: string; shape: string; n: number }>;

export type Callers = Readonly<{
  acknowledged: readonly Acknowledged[];
  /** Calls that got no answer, or one that asked to try again. */
  repeats: () => number;
  /** No new starts; resolves when those under way are acknowledged. */
  stop(): Promise<void>;
}>;

/** How many runs may be unfinished at once, so that a backlog does not hide how fast lost steps begin again. */
const maxLive = 16;

/**
 * Starts runs, each with a key and again until it is acknowledged, through whichever server answers. Some acknowledged
 * starts are sent once more: the answer has to be the same run.
 */
export function startCallers(
  cluster: Cluster,
  people: People,
  random: Random,
  violate: (text: string) => void,
): Callers {
  const acknowledged: Acknowledged[] = [];
  let stopped = false;
  let count = 0;
  let repeats = 0;
  let live = 0;

  const call = async (key: string, shape: string, n: number): Promise<string> => {
    for (;;) {
      const server = random.pick(cluster.servers);
      try {
        const response = await fetch(`${server.proxy.url}/api/v1/workspaces/main/workflows/${shape}/runs`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${cluster.token}`,
            'content-type': 'application/json',
            'idempotency-key': key,
          },
          body: JSON.stringify({ input: { n } }),
          signal: AbortSignal.timeout(4_000),
        });
        const answer = (await response.json()) as { id?: string };
        if (response.ok && answer.id !== undefined) return answer.id;
        if (response.status < 500) violate(`A start was refused: ${response.status} ${JSON.stringify(answer)}`);
      } catch {
        // Not answered: nobody knows whether it happened.
      }
      repeats += 1;
      await sleep(200);
    }
  };

  const callOn = async (): Promise<void> => {
    while (!stopped) {
      await sleep(random.int(100, 600));
      if (live >= maxLive) continue;
      count += 1;
      live += 1;
      const [key, shape, n] = [`start-${count}`, random.pick(shapes), random.int(0, 999)];
      const run = await call(key, shape, n);
      acknowledged.push({ key, run, shape, n });
      if (shape === askingWorkflow) people.watch(run, n);
      if (!random.chance(200)) continue;
      const again = await call(key, shape, n);
      if (again !== run) violate(`The start key ${key} was acknowledged as run ${run} and as run ${again}.`);
    }
  };

  const countLive = async (): Promise<void> => {
    while (!stopped) {
      const counts = await cluster.store.queries.countRuns({ topLevel: true }).catch(() => null);
      if (counts !== null) live = counts.queued + counts.running + counts.paused;
      await sleep(500);
    }
  };

  const loops = Promise.all([callOn(), callOn(), countLive()]);
  return {
    acknowledged,
    repeats: () => repeats,
    async stop() {
      stopped = true;
      await loops;
    },
  };
}
