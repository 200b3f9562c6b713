import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import type { Cluster } from './cluster.ts';

/** What a server answered, 5xx excepted. `code`: with which error. */
type Answer<Body> = Readonly<{ ok: boolean; status: number; body: Body; code: string | null }>;

export type ApiCalls = Readonly<{
  /** Through whichever server answers, again until one does. Without `body` it is a GET. */
  call<Body>(path: string, body?: unknown, key?: string): Promise<Answer<Body>>;
  /** The same, once; null: not answered, so nobody knows whether it happened. */
  callOnce<Body>(path: string, body?: unknown, key?: string): Promise<Answer<Body> | null>;
  /** Calls that got no answer, or one that asked to try again. */
  repeats(): number;
}>;

/** How the test's people and programs reach the servers: through the lossy proxies. */
export function apiCalls({ servers, token }: Cluster, random: Random): ApiCalls {
  let repeats = 0;

  async function callOnce<Body>(path: string, body?: unknown, key?: string): Promise<Answer<Body> | null> {
    try {
      const response = await fetch(`${random.pick(servers).proxy.url}/api/v1/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(4_000),
      });
      const answer = (await response.json()) as Body & { error?: { code?: string } };
      if (response.status >= 500) return null;
      return { ok: response.ok, status: response.status, body: answer, code: answer.error?.code ?? null };
    } catch {
      return null;
    }
  }

  return {
    callOnce,
    async call(path, body, key) {
      for (;;) {
        const answer = await callOnce<never>(path, body, key);
        if (answer !== null) return answer;
        repeats += 1;
        await sleep(200);
      }
    },
    repeats: () => repeats,
  };
}
