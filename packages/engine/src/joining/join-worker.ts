// A worker that joins has made its own token before, and keeps it in its file. So whatever is lost on the way, it asks again
// with the same, and is the same worker: a join token is used up once for it.
import { MillraceError, readJoinToken, readWorkerToken } from '@millrace/core';
import { hashToken } from '../people/tokens.ts';
import type { Clock } from '../ports/clock.ts';
import type { JoinedWorker, JoinStore, JoinToken } from '../ports/join-store.ts';
import { createFailureLimit } from './failure-limit.ts';

export type JoinWorkerRequest = Readonly<{
  /** What it shows; null: nothing. */
  joinToken: string | null;
  /** The token that it will show from now on. */
  workerToken: string;
  name: string;
  address: string;
}>;

/** A worker that was silent for so long is forgotten, and has to join again. */
const forgetMs = 30 * 86_400_000;

/** Codes: join_refused, rate_limited, invalid_request, worker_revoked. */
export function createJoinWorker(joins: JoinStore, clock: Clock) {
  const limit = createFailureLimit(clock);
  return async ({ joinToken: text, workerToken, name, address }: JoinWorkerRequest): Promise<JoinedWorker> => {
    limit.check(address);
    const own = readWorkerToken(workerToken);
    if (own === null) {
      throw new MillraceError('invalid_request', 'The token that the worker made for itself is none.', {
        hint: 'Expected mrw_, ten letters or digits, _ and 32 random bytes as base64url.',
      });
    }
    const shown = text === null ? null : readJoinToken(text);
    const worker = { id: own.id, hash: hashToken(own.secret), name };
    const joined = shown === null ? null : await join({ id: shown.id, hash: hashToken(shown.secret) }, worker);
    if (joined === null) {
      limit.failed(address);
      throw refused(shown === null ? null : await joins.getToken(shown.id), clock.now());
    }
    if (joined.revokedAt !== null) throw workerRevoked(joined);
    return joined;
  };

  type Named = Readonly<{ id: string; hash: string }>;
  async function join(joinToken: Named, worker: Named & Readonly<{ name: string }>): Promise<JoinedWorker | null> {
    const joined = await joins.join({ joinToken, worker, forgetMs });
    if (joined !== null) return joined;
    // Two requests of one worker at once: the other one was first.
    const known = await joins.shown(worker.id, worker.hash);
    return known?.is === 'current' ? known.worker : null;
  }
}

/** Somebody who has a wrong secret learns no more of a token than that. */
function refused(token: JoinToken | null, now: number): MillraceError {
  const hint = 'Make another one: millrace worker join-token create, or "Add a worker" on the Workers page.';
  const expired = token !== null && token.until !== null && token.until <= now;
  const usedUp = token !== null && token.mostUses !== null && token.uses >= token.mostUses;
  const why = expired ? 'has expired' : usedUp ? 'is used up' : 'is wrong or revoked';
  return new MillraceError('join_refused', `The join token ${why}.`, { hint });
}

export const workerRevoked = ({ name, revokedBy }: JoinedWorker): MillraceError =>
  new MillraceError('worker_revoked', `The worker ${name} was revoked by ${revokedBy}.`, {
    hint: 'It can work again when its token file is removed and it joins with a new join token.',
  });
