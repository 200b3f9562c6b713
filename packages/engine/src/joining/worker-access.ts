// What a joined worker shows with each call. Whoever is good is remembered for a few seconds, so that a busy worker costs one look
// into the store in that time and not one for each call. A revocation is told to all servers, which forget the worker at once;
// a server that does not hear of it notices when it looks again, and before it takes in a worker that it does not know.
import { MillraceError, readWorkerToken } from '@millrace/core';
import { hashToken } from '../people/tokens.ts';
import type { Clock } from '../ports/clock.ts';
import type { JoinedWorker, JoinStore } from '../ports/join-store.ts';
import { workerRevoked } from './join-worker.ts';

export type WorkerAccess = Readonly<{
  /** Whose token it is. Codes: unauthorized, worker_revoked. */
  identify(token: string): Promise<JoinedWorker>;
  /** Looks whether it may still work, whatever is remembered. Codes: worker_revoked. */
  checkAgain(token: string): Promise<void>;
  /** Puts a new token in the place of the one that is shown. The same again is fine. Codes: unauthorized, worker_revoked, invalid_request. */
  rotate(token: string, next: string): Promise<JoinedWorker>;
  /** What is remembered of it is not true any more. */
  forget(worker: string): void;
}>;

const rememberMs = 5_000;
const mostRemembered = 10_000;
/** Calls that are under way when a token is replaced, and other processes with the same file. */
const overlapMs = 5 * 60_000;

export function createWorkerAccess(joins: JoinStore, clock: Clock): WorkerAccess {
  const remembered = new Map<string, Readonly<{ worker: JoinedWorker; until: number }>>();

  function remember(hash: string, worker: JoinedWorker): JoinedWorker {
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= mostRemembered) remembered.delete(oldest);
    remembered.delete(hash);
    remembered.set(hash, { worker, until: clock.now() + rememberMs });
    return worker;
  }

  async function look(token: string): Promise<Readonly<{ hash: string; worker: JoinedWorker }>> {
    const parts = readWorkerToken(token);
    if (parts === null) throw wrongToken();
    const hash = hashToken(parts.secret);
    const found = await joins.shown(parts.id, hash);
    if (found === null || found.is === 'wrong') throw wrongToken();
    if (found.worker.revokedAt !== null) throw workerRevoked(found.worker);
    if (found.is === 'spent') throw spentToken(found.worker);
    return { hash, worker: found.worker };
  }

  return {
    async identify(token) {
      const parts = readWorkerToken(token);
      if (parts === null) throw wrongToken();
      const known = remembered.get(hashToken(parts.secret));
      if (known !== undefined && known.worker.id === parts.id && known.until > clock.now()) return known.worker;
      const { hash, worker } = await look(token);
      return remember(hash, worker);
    },
    async checkAgain(token) {
      await look(token);
    },
    async rotate(token, next) {
      const { hash, worker } = await look(token);
      const parts = readWorkerToken(next);
      if (parts === null || parts.id !== worker.id) {
        throw new MillraceError('invalid_request', 'The next token is not one of this worker.', {
          hint: `Expected mrw_${worker.id}_ and 32 random bytes as base64url.`,
        });
      }
      const nextHash = hashToken(parts.secret);
      if (nextHash === hash) return worker;
      if (await joins.rotate(worker.id, hash, nextHash, overlapMs)) return worker;
      // The answer to the first request was lost, or another process of this worker was first.
      if ((await joins.shown(worker.id, nextHash))?.is === 'current') return worker;
      throw spentToken(worker);
    },
    forget(id) {
      for (const [hash, { worker }] of remembered) if (worker.id === id) remembered.delete(hash);
    },
  };
}

const wrongToken = (): MillraceError =>
  new MillraceError('unauthorized', 'The worker token is wrong, or nobody has heard of its worker for long.', {
    hint: 'Let the worker join again: remove its token file and start it with a join token.',
  });

const spentToken = ({ name }: JoinedWorker): MillraceError =>
  new MillraceError('unauthorized', `The token of worker ${name} was replaced by a newer one.`, {
    hint: 'If its token file has no newer one, somebody else has it: revoke the worker, and let it join again.',
  });
