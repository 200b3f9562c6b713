// The worker protocol as a joined worker may use it: as itself, within its bounds.
//
// Whatever hands out work goes by what the worker says of itself, so that is cut down here, before anybody else sees it. Results,
// reports and logs count only of what the worker holds: mostly this server knows that it does, else the store is asked. What it
// does not hold (any more) is dealt with as stale, as a result is that comes a second time.
import {
  type AttemptRef,
  joinedOf,
  MillraceError,
  type SyncRequest,
  type SyncResponse,
  type WorkerId,
  type WorkerProtocol,
  withinBounds,
} from '@millrace/core';
import { attemptRef } from '../dispatch/attempt-ref.ts';
import type { JoinedWorker } from '../ports/join-store.ts';
import type { WorkStore } from '../ports/work-store.ts';

export type BoundProtocolParts = Readonly<{
  protocol: WorkerProtocol;
  work: Pick<WorkStore, 'heldAmong'>;
  connected: ConnectedWorkers;
}>;

/** Workers that talk to this server, as far as they are asked about here. */
export type ConnectedWorkers = Readonly<{
  ids(): Iterable<WorkerId>;
  isConnected(worker: WorkerId): boolean;
  /** Whether it holds the attempt, or the local run that it is of. */
  holds(worker: WorkerId, ref: AttemptRef): boolean;
  disconnect(worker: WorkerId): void;
}>;

export const processesOf = (connected: ConnectedWorkers, joined: string): readonly WorkerId[] =>
  [...connected.ids()].filter((worker) => worker.startsWith(`${joined}.`));

/** `checkAgain`: throws when the worker was revoked, whatever is remembered of it. */
export function createBoundProtocol(
  { protocol, work, connected }: BoundProtocolParts,
  joined: JoinedWorker,
  checkAgain: () => Promise<void>,
): WorkerProtocol {
  const checkId = (worker: WorkerId): void => {
    if (joinedOf(worker) !== joined.id) throw notItself(`The token of ${joined.name} does not belong to ${worker}.`);
  };

  /** Those of them that it does not hold. */
  async function notHeldOf<Ref extends AttemptRef>(refs: readonly Ref[]): Promise<readonly Ref[]> {
    if (refs.length === 0) return refs;
    const processes = processesOf(connected, joined.id);
    const unknown = refs.filter((ref) => !processes.some((worker) => connected.holds(worker, ref)));
    if (unknown.length === 0) return unknown;
    const held = new Set(await work.heldAmong(joined.id, unknown));
    return unknown.filter((_, place) => !held.has(place));
  }

  async function syncHeld(request: SyncRequest, signal: AbortSignal | undefined): Promise<SyncResponse> {
    const { results, reports = [] } = request;
    const [staleResults, staleReports] = await Promise.all([notHeldOf(results), notHeldOf(reports)]);
    if (staleResults.length + staleReports.length === 0) return protocol.sync(request, signal);
    const { reports: _, ...rest } = request;
    const kept = reports.filter((report) => !staleReports.includes(report));
    const answer = await protocol.sync(
      {
        ...rest,
        results: results.filter((result) => !staleResults.includes(result)),
        ...(kept.length === 0 ? {} : { reports: kept }),
        // What was said is answered at once.
        waitMs: 0,
      },
      signal,
    );
    return {
      ...answer,
      confirmed: [...answer.confirmed, ...staleResults.map(({ run, ...key }) => attemptRef(run, key))],
      cancellations: [
        ...answer.cancellations,
        ...staleReports.map(({ run, ...key }) => ({ ...attemptRef(run, key), lost: true, force: true })),
      ],
    };
  }

  return {
    async sync(request, signal) {
      checkId(request.worker.id);
      const bounded = { ...request, worker: withinBounds(request.worker, joined.bounds) };
      if (connected.isConnected(request.worker.id)) return syncHeld(bounded, signal);
      // It becomes known here. Whoever revokes it at this moment finds it known, or is noticed by the second look.
      const answer = await syncHeld({ ...bounded, waitMs: 0 }, signal);
      await checkAgain();
      return answer;
    },
    async appendLogs(chunks) {
      const [stale] = await notHeldOf(chunks);
      if (stale !== undefined) throw notHeld(joined, stale);
      await protocol.appendLogs(chunks);
    },
    async readSecrets(request) {
      checkId(request.worker);
      return protocol.readSecrets(request);
    },
    async openFiles(workspace, revision) {
      const { workspaces } = joined.bounds;
      if (workspaces !== null && !workspaces.includes(workspace)) {
        throw notItself(`The worker ${joined.name} does not serve workspace ${workspace}.`);
      }
      return protocol.openFiles(workspace, revision);
    },
    endedRuns: (runs) => protocol.endedRuns(runs),
  };
}

/** The protocol for whoever shows the shared token, or is on this machine: as any worker but those that joined. */
export function createSharedProtocol(protocol: WorkerProtocol): WorkerProtocol {
  const checkId = (worker: WorkerId): void => {
    if (joinedOf(worker) !== null) throw notItself(`Worker ${worker} shows a token of its own.`);
  };
  return {
    ...protocol,
    async sync(request, signal) {
      checkId(request.worker.id);
      return protocol.sync(request, signal);
    },
    async readSecrets(request) {
      checkId(request.worker);
      return protocol.readSecrets(request);
    },
  };
}

const notItself = (message: string): MillraceError =>
  new MillraceError('forbidden', message, { hint: 'A worker speaks for itself only, within what it may serve.' });

const notHeld = ({ name }: JoinedWorker, { run }: AttemptRef): MillraceError =>
  new MillraceError('lease_lost', `Worker ${name} does not hold this attempt of run ${run}.`, {
    hint: 'Logs are taken from the worker that holds the attempt.',
  });
