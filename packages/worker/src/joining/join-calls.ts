import { randomBytes } from 'node:crypto';
import type { WorkerBounds } from '@millrace/core';
import { createServerCalls, errorOf, parseAnswer, readText } from '../protocol/server-calls.ts';

/** What a server says to a worker that is one of its own now. */
type Admitted = Readonly<{ worker: string; name: string; bounds: WorkerBounds; rotate_after_ms: number }>;

export type JoinCalls = Readonly<{
  join(joinToken: string, token: string, name: string): Promise<Admitted>;
  rotate(token: string, next: string): Promise<Admitted>;
}>;

const timeoutMs = 15_000;

export function createJoinCalls(url: string): JoinCalls {
  const { base, send } = createServerCalls({ url });
  const post = async (path: string, token: string, content: object): Promise<Admitted> => {
    const answer = await send({ method: 'POST', path, body: JSON.stringify(content), timeoutMs, token });
    const text = await readText(answer, base);
    if (answer.statusCode !== 200) throw errorOf(answer, text, base);
    return parseAnswer(text, base, isAdmitted);
  };
  return {
    join: (joinToken, token, name) => post('/worker/v1/join', joinToken, { token, name }),
    rotate: (token, next) => post('/worker/v1/rotate', token, { token: next }),
  };
}

function isAdmitted(answer: unknown): answer is Admitted {
  if (typeof answer !== 'object' || answer === null) return false;
  const { worker, bounds, rotate_after_ms: rotateAfterMs } = answer as Readonly<Record<string, unknown>>;
  return (
    typeof worker === 'string' && typeof bounds === 'object' && bounds !== null && typeof rotateAfterMs === 'number'
  );
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A token of 256 random bits; `id`: of a worker that has one already. */
export function newWorkerToken(id?: string): string {
  const named = id ?? [...randomBytes(10)].map((byte) => letters[byte % letters.length]).join('');
  return `mrw_${named}_${randomBytes(32).toString('base64url')}`;
}
