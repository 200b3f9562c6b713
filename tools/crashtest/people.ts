import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import { apiCalls } from './api-calls.ts';
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
  const api = apiCalls(cluster, random);
  const answers: TakenAnswer[] = [];
  const open = new Set<Promise<void>>();

  const isAsked = async (run: string): Promise<boolean> => {
    const answer = await api.callOnce<{ items: readonly unknown[] }>(`runs/${run}/approvals`);
    return answer?.ok === true && answer.body.items.length > 0;
  };

  const say = async (run: string, by: string, n: number): Promise<void> => {
    const { ok, status, body } = await api.call(`runs/${run}/approvals/ask/answer`, {
      by,
      decision: 'approve',
      values: { n },
    });
    if (!ok) violate(`The answer of ${by} to run ${run} was refused: ${status} ${JSON.stringify(body)}`);
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
