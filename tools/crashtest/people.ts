import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import type { Cluster } from './cluster.ts';

/** An answer to an approval that a server has taken: from then on it counts. */
export type TakenAnswer = Readonly<{ run: string; by: string; n: number }>;

export type People = Readonly<{
  answers: readonly TakenAnswer[];
  /** From now on they look for approvals of this run, and say `n`. */
  watch(run: string, n: number): void;
  /** Resolves when every approval that they watch for has its answers. */
  stop(): Promise<void>;
}>;

/** Both have to approve. */
const both = ['ann', 'bob'] as const;

/**
 * They approve what runs ask, through whichever server answers, each again until the answer is taken; some say it once more
 * although it was.
 */
export function startPeople(cluster: Cluster, random: Random, violate: (text: string) => void): People {
  const answers: TakenAnswer[] = [];
  const open = new Set<Promise<void>>();

  const call = async (path: string, body: unknown): Promise<Response | null> => {
    try {
      return await fetch(`${random.pick(cluster.servers).proxy.url}/api/v1/runs/${path}`, {
        method: body === null ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${cluster.token}`, 'content-type': 'application/json' },
        body: body === null ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(4_000),
      });
    } catch {
      return null; // Not answered: nobody knows whether it happened.
    }
  };

  const isAsked = async (run: string): Promise<boolean> => {
    const response = await call(`${run}/approvals`, null);
    if (response?.ok !== true) return false;
    const { items } = (await response.json().catch(() => ({ items: [] }))) as { items: readonly unknown[] };
    return items.length > 0;
  };

  const say = async (run: string, by: string, n: number): Promise<void> => {
    for (;;) {
      const response = await call(`${run}/approvals/ask/answer`, { by, decision: 'approve', values: { n } });
      if (response?.ok === true) return;
      if (response !== null && response.status < 500) {
        violate(`The answer of ${by} to run ${run} was refused: ${response.status} ${await response.text()}`);
        return;
      }
      await sleep(200);
    }
  };

  const attend = async (run: string, n: number): Promise<void> => {
    while (!(await isAsked(run))) await sleep(random.int(300, 900));
    await Promise.all(
      both.map(async (by) => {
        await sleep(random.int(0, 2_000));
        await say(run, by, n);
        answers.push({ run, by, n });
        if (random.chance(200)) await say(run, by, n);
      }),
    );
  };

  return {
    answers,
    watch(run, n) {
      const attending = attend(run, n).finally(() => open.delete(attending));
      open.add(attending);
    },
    async stop() {
      await Promise.all(open);
    },
  };
}
