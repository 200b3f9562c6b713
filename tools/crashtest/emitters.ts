import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import { apiCalls } from './api-calls.ts';
import type { Cluster } from './cluster.ts';

/** An event that a server has acknowledged: from then on it is stored, once for its key. */
export type Emitted = Readonly<{ key: string; id: string; type: string; n: number }>;

export type Emitters = Readonly<{
  emitted: readonly Emitted[];
  /** From now on somebody tells this run `n`, with one event after the other until it no longer waits. */
  watch(run: string, n: number): void;
  /** Resolves when no run that they watch waits any more. */
  stop(): Promise<void>;
}>;

/**
 * Programs that emit events, each with a key and again until it is acknowledged; some are sent once more. `poke` starts a run
 * by a trigger; `told` is what runs wait for.
 */
export function startEmitters(cluster: Cluster, random: Random, violate: (text: string) => void): Emitters {
  const api = apiCalls(cluster, random);
  const emitted: Emitted[] = [];
  const open = new Set<Promise<void>>();
  let stopped = false;
  let count = 0;

  const send = async (key: string, type: string, payload: Readonly<{ n: number }>): Promise<string | null> => {
    const body = { workspace: 'main', type, payload, key };
    const answer = await api.call<{ event?: { id: string } }>('events', body);
    if (answer.ok && answer.body.event !== undefined) return answer.body.event.id;
    violate(`The event ${key} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    return null;
  };

  const emit = async (type: string, payload: Readonly<{ n: number; run?: string }>): Promise<void> => {
    count += 1;
    const key = `event-${count}`;
    const id = await send(key, type, payload);
    if (id === null) return;
    emitted.push({ key, id, type, n: payload.n });
    if (!random.chance(300)) return;
    const again = await send(key, type, payload);
    if (again !== id) violate(`The event key ${key} was acknowledged as event ${id} and as event ${again}.`);
  };

  /** A wait sees only what comes after it began, and nobody outside knows when that is. */
  const tell = async (run: string, n: number): Promise<void> => {
    for (;;) {
      await sleep(random.int(500, 2_500));
      const answer = await api.callOnce<{ status: string; steps: Record<string, { status: string }> }>(`runs/${run}`);
      if (answer?.ok !== true) continue;
      const { status, steps } = answer.body;
      if (isEnd(status) || isEnd(steps.told?.status ?? '')) return;
      await emit('told', { n, run });
    }
  };

  const loop = (async () => {
    while (!stopped) {
      await sleep(random.int(800, 4_000));
      if (!stopped) await emit('poke', { n: random.int(0, 999) });
    }
  })();
  return {
    emitted,
    watch(run, n) {
      const telling = tell(run, n).finally(() => open.delete(telling));
      open.add(telling);
    },
    async stop() {
      stopped = true;
      await loop;
      await Promise.all(open);
    },
  };
}

const isEnd = (status: string): boolean =>
  ['succeeded', 'failed', 'cancelled', 'timed_out', 'skipped'].includes(status);
