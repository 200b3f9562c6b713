import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import { apiCalls } from './api-calls.ts';
import type { Cluster } from './cluster.ts';
import { shapeNames } from './workload.ts';

/** A start that a server has answered: from then on the run may never be lost. */
export type Acknowledged = Readonly<{
  key: string;
  run: string;
  shape: string;
  n: number;
  /** Of a start: when it was first sent, and when it was answered, by the clock of the one who sent it. */
  sent?: Readonly<{ at: number; answeredAt: number }>;
  /** Of a re-run: which run it runs again, and from where. */
  rerun?: Readonly<{ of: string; from: string }>;
}>;

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
 * Starts runs, each with a key and again until it is acknowledged, through whichever server answers; now and then three of a
 * kind, which get into each other's way. Some acknowledged starts are sent once more: the answer has to be the same run.
 */
export function startCallers(
  cluster: Cluster,
  random: Random,
  onStart: (start: Acknowledged) => void,
  violate: (text: string) => void,
): Callers {
  const api = apiCalls(cluster, random);
  const acknowledged: Acknowledged[] = [];
  let stopped = false;
  let count = 0;
  let live = 0;

  const call = async (key: string, shape: string, n: number): Promise<string> => {
    const path = `workspaces/main/workflows/${shape}/runs`;
    for (;;) {
      const { ok, status, body } = await api.call<{ id?: string }>(path, { input: { n } }, key);
      if (ok && body.id !== undefined) return body.id;
      violate(`A start was refused: ${status} ${JSON.stringify(body)}`);
      await sleep(200);
    }
  };

  const start = async (shape: string): Promise<void> => {
    count += 1;
    live += 1;
    const [key, n] = [`start-${count}`, random.int(0, 999)];
    const at = Date.now();
    const run = await call(key, shape, n);
    const acknowledgement = { key, run, shape, n, sent: { at, answeredAt: Date.now() } };
    acknowledged.push(acknowledgement);
    onStart(acknowledgement);
    if (!random.chance(200)) return;
    const again = await call(key, shape, n);
    if (again !== run) violate(`The start key ${key} was acknowledged as run ${run} and as run ${again}.`);
  };

  const callOn = async (): Promise<void> => {
    while (!stopped) {
      await sleep(random.int(100, 600));
      if (live >= maxLive) continue;
      const shape = random.pick(shapeNames);
      for (let left = random.chance(150) ? 3 : 1; left > 0; left -= 1) await start(shape);
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
    repeats: api.repeats,
    async stop() {
      stopped = true;
      await loops;
    },
  };
}
