import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import { apiCalls } from './api-calls.ts';
import type { Acknowledged } from './callers.ts';
import type { Cluster } from './cluster.ts';
import { shapes } from './workload.ts';

export type Retriers = Readonly<{
  reruns: readonly Acknowledged[];
  stop(): Promise<void>;
}>;

/**
 * Run ended runs again: from their start, from a step, or what failed, each with a key and again until it is acknowledged;
 * some are sent once more. Re-runs are run again, too.
 */
export function startRetriers(
  cluster: Cluster,
  started: readonly Acknowledged[],
  random: Random,
  onStart: (start: Acknowledged) => void,
  violate: (text: string) => void,
): Retriers {
  const api = apiCalls(cluster, random);
  const reruns: Acknowledged[] = [];
  let stopped = false;

  const call = async (run: string, from: string, key: string): Promise<string | null> => {
    const point = from === 'start' || from === 'failed' ? from : { step: from };
    const { ok, body, status } = await api.call<{ id?: string }>(`runs/${run}/rerun`, { from: [point] }, key);
    if (ok && body.id !== undefined) return body.id;
    violate(`The re-run ${key} of run ${run} from ${from} was refused: ${status} ${JSON.stringify(body)}`);
    return null;
  };

  const retryOne = async ({ run, shape, n }: Acknowledged): Promise<void> => {
    const found = await api.callOnce<{ status: string }>(`runs/${run}`);
    const status = found?.ok === true ? found.body.status : 'unknown';
    if (!['succeeded', 'failed', 'cancelled'].includes(status)) return;
    const steps = shapes[shape]?.rerunFrom ?? [];
    const from = status === 'succeeded' ? random.pick(['start', ...steps, ...steps]) : 'failed';
    const key = `again-${reruns.length + 1}`;
    const again = await call(run, from, key);
    if (again === null) return;
    const start = { key, run: again, shape, n, rerun: { of: run, from } };
    reruns.push(start);
    onStart(start);
    if (!random.chance(250)) return;
    const second = await call(run, from, key);
    if (second !== again) violate(`The re-run ${key} was acknowledged as run ${again} and as run ${second}.`);
  };

  const loop = (async () => {
    while (!stopped) {
      await sleep(random.int(600, 3_000));
      const known = [...started.slice(-40), ...reruns.slice(-10)];
      if (known.length > 0 && !stopped) await retryOne(random.pick(known));
    }
  })();
  return {
    reruns,
    async stop() {
      stopped = true;
      await loop;
    },
  };
}
