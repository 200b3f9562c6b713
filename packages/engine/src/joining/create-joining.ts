// How workers get in from outside, and what those may do that did. Workers inside a server need none of this.
import { MillraceError, type WorkerProtocol } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import type { JoinedWorker, JoinStore } from '../ports/join-store.ts';
import type { WorkStore } from '../ports/work-store.ts';
import { type ConnectedWorkers, createBoundProtocol, createSharedProtocol, processesOf } from './bound-protocol.ts';
import { createJoinWorker, type JoinWorkerRequest } from './join-worker.ts';
import { createJoinTokens, type JoinTokens } from './manage-join-tokens.ts';
import { createWorkerAccess } from './worker-access.ts';

export type Joining = Readonly<{
  tokens: JoinTokens;
  /** Codes: join_refused, rate_limited, invalid_request, worker_revoked. */
  join(request: JoinWorkerRequest): Promise<JoinedWorker>;
  /** Whose token it is. Codes: unauthorized, worker_revoked. */
  identify(token: string): Promise<JoinedWorker>;
  /** Codes: unauthorized, worker_revoked, invalid_request. */
  rotate(token: string, next: string): Promise<JoinedWorker>;
  /** Those that are heard of most lately first; at most so many. */
  list(most: number): Promise<readonly JoinedWorker[]>;
  /** Its token opens nothing any more, and what it holds is lost, as with a worker that died. Codes: not_found. */
  revoke(id: string, by: string): Promise<JoinedWorker>;
  /** The worker protocol as whoever shows this token may use it; `token` null: the shared one, or none. */
  protocolOf(shown: Readonly<{ worker: JoinedWorker; token: string }> | null): WorkerProtocol;
  /** Another server has revoked a worker. */
  revokedElsewhere(id: string): void;
}>;

export type JoiningParts = Readonly<{
  joins: JoinStore;
  work: Pick<WorkStore, 'heldAmong'>;
  clock: Clock;
  protocol: WorkerProtocol;
  connected: ConnectedWorkers;
  /** Tells the other servers that a worker was revoked. */
  tell(id: string): Promise<void>;
}>;

export function createJoining({ joins, work, clock, protocol, connected, tell }: JoiningParts): Joining {
  const access = createWorkerAccess(joins, clock);
  const shared = createSharedProtocol(protocol);
  const parts = { protocol, work, connected };
  const dropHere = (id: string): void => {
    access.forget(id);
    for (const worker of processesOf(connected, id)) connected.disconnect(worker);
  };
  const revoke = async (id: string, by: string): Promise<JoinedWorker | null> => {
    const revoked = await joins.revoke(id, by);
    if (revoked === null) return null;
    dropHere(id);
    await tell(id);
    return revoked;
  };
  const checkAgain = async (worker: JoinedWorker, token: string): Promise<void> => {
    try {
      await access.checkAgain(token);
    } catch (error) {
      // Whoever did it is noted; what has become known here since must be forgotten once more.
      if (error instanceof MillraceError && error.code === 'worker_revoked') await revoke(worker.id, 'system');
      throw error;
    }
  };
  return {
    tokens: createJoinTokens(joins),
    join: createJoinWorker(joins, clock),
    identify: access.identify,
    rotate: access.rotate,
    list: (most) => joins.list(most),
    async revoke(id, by) {
      const revoked = await revoke(id, by);
      if (revoked === null) {
        throw new MillraceError('not_found', `No worker has joined as ${id.slice(0, 40)}.`, {
          hint: 'millrace worker joined shows which have. A worker with the shared token is none of them.',
        });
      }
      return revoked;
    },
    protocolOf(shown) {
      if (shown === null) return shared;
      const { worker, token } = shown;
      return createBoundProtocol(parts, worker, () => checkAgain(worker, token));
    },
    revokedElsewhere: dropHere,
  };
}
