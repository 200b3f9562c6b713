import type {
  AttemptKey,
  AttemptRef,
  AttemptResult,
  Command,
  LocalRunReport,
  SyncRequest,
  SyncResponse,
  WorkerId,
} from '@millrace/core';
import type { Settled } from '../commit/aggregate.ts';
import type { RunDriver } from '../commit/run-driver.ts';
import { attemptRef } from '../dispatch/attempt-ref.ts';
import type { ConnectedWorker } from '../dispatch/connected-worker.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Store } from '../ports/store.ts';
import type { StatsCounter } from '../stats.ts';

export type SyncWorkerOptions = Readonly<{
  store: Store;
  driver: RunDriver;
  dispatcher: Dispatcher;
  stats: StatsCounter;
}>;

/** The longest wait that a worker may ask for. */
const maxWaitMs = 30_000;

/** The worker's one call: takes its results, compares what it runs, answers with what it shall do. */
export function createSyncWorker({ store, driver, dispatcher, stats }: SyncWorkerOptions) {
  return async (request: SyncRequest, signal?: AbortSignal): Promise<SyncResponse> => {
    const worker = await dispatcher.connect(request.worker);
    const { results, reports = [] } = request;
    const carries = results.length + reports.length > 0;
    if (!carries) worker.wake(); // a newer call ends the wait of the older one
    worker.acknowledge(request.received);
    worker.stopping = request.stopping;
    if (request.returned.length > 0) await takeBack(worker, request.returned);
    if (request.running !== null) await compare(worker, request.running);
    if (carries) {
      // Together, for one commit; if both fail, one of them tells.
      const [recorded, confirmed] = await Promise.all([
        record(worker, reports),
        results.length === 0 ? [] : report(worker, results, reports.length === 0),
      ]);
      const answer = worker.answer(confirmed);
      return recorded.length === 0 ? answer : { ...answer, recorded };
    }
    if (request.stopping && request.running?.length === 0) await sayGoodbye(worker);
    if (request.waitMs > 0) await worker.waitForNews(Math.min(request.waitMs, maxWaitMs), signal);
    return worker.answer([]);
  };

  /**
   * Resolves when every result is committed or refused; throws when the store failed, so that the worker repeats them. `alone`:
   * nothing else is waited for, so the answer then follows at once.
   */
  function report(
    worker: ConnectedWorker,
    results: SyncRequest['results'],
    alone: boolean,
  ): Promise<readonly AttemptRef[]> {
    return new Promise((resolve, reject) => {
      let open = results.length;
      let failure: unknown = null;
      const settle = (settled: Settled) => {
        if (settled.kind === 'failed') failure = settled.error ?? new Error('The commit failed.');
        else if (settled.kind !== 'applied') stats.staleReport();
        open -= 1;
        if (open > 0) return;
        if (failure !== null) {
          reject(failure);
          return;
        }
        if (alone) worker.answersNow = true;
        resolve(results.map(({ run, step, item, iteration, attempt }) => ({ run, step, item, iteration, attempt })));
      };
      for (const { run, result, ...key } of results) {
        worker.finished({ run, ...key }, result.durationMs);
        driver.post(run, commandOf(worker.description.id, key, result), null, settle);
      }
      dispatcher.claimSoon();
    });
  }

  /** Takes over what local runs have done since their last report. One that is not the worker's any more is told to be lost. */
  async function record(
    worker: ConnectedWorker,
    reports: readonly LocalRunReport[],
  ): Promise<NonNullable<SyncResponse['recorded']>> {
    const { id } = worker.description;
    const settled = await Promise.all(
      reports.map(async ({ run, from, entries, ...key }) => {
        const outcome = await driver.send(run, { type: 'local_progress', key, worker: id, from, entries });
        return { ref: { run, ...key }, applied: from + entries.length, outcome };
      }),
    );
    return settled.flatMap(({ ref, applied, outcome }) => {
      if (outcome.kind === 'failed') throw outcome.error ?? new Error('The commit failed.');
      if (outcome.kind === 'applied') return [{ ...ref, applied }];
      stats.staleReport();
      worker.cancel(ref, { lost: true, force: true });
      worker.release(ref);
      return [];
    });
  }

  /**
   * It has nothing left and goes. What it was leased and never saw is given back first. What it may have begun and does not
   * name any more (its lease was over by its own clock) is lost: given back, the same attempt would be executed twice.
   */
  async function sayGoodbye(worker: ConnectedWorker): Promise<void> {
    const id = worker.description.id;
    await dispatcher.claimed(id);
    const held = (await store.work.heldBy(id)).map(({ origin, work }) => attemptRef(origin.id, work));
    await store.work.giveBack(
      id,
      held.filter((ref) => worker.neverSaw(ref)),
    );
    await Promise.all(held.filter((ref) => !worker.neverSaw(ref)).map((ref) => giveUp(worker, ref)));
    if (await store.workers.remove(id, { onlyExpired: false })) dispatcher.disconnect(id);
    dispatcher.suspectAll();
  }

  async function takeBack(worker: ConnectedWorker, returned: readonly AttemptRef[]): Promise<void> {
    await store.work.giveBack(worker.description.id, returned);
    for (const ref of returned) worker.release(ref);
    dispatcher.suspectAll();
  }

  async function compare(worker: ConnectedWorker, running: readonly AttemptRef[]): Promise<void> {
    const { unknown, missing, refused } = worker.compare(running);
    await Promise.all(refused.map((ref) => giveUp(worker, ref)));
    if (missing.length > 0) {
      for (const ref of missing) worker.release(ref);
      await dispatcher.reconcile(worker);
    }
    if (unknown.length === 0) return;
    // This server may not know of them yet (it took the worker over, or a commit's outcome was lost): the store knows.
    await dispatcher.reconcile(worker);
    for (const ref of unknown) if (!worker.holds(ref)) worker.cancel(ref, { lost: true, force: false });
  }

  /** The worker does not execute the attempt and does not take it again, so another attempt has to take its place. */
  async function giveUp(worker: ConnectedWorker, { run, ...key }: AttemptRef): Promise<void> {
    worker.release({ run, ...key });
    const settled = await driver.send(run, { type: 'worker_lost', key, worker: worker.description.id });
    // Unknown whether it was lost: the store tells.
    if (settled.kind === 'failed') worker.suspect = true;
  }
}

/** A worker that had to stop in the middle of an attempt did not fail it: as with any lost worker, it runs again elsewhere. */
function commandOf(worker: WorkerId, key: AttemptKey, result: AttemptResult): Command {
  return result.status === 'failed' && result.error.code === 'worker_stopped'
    ? { type: 'worker_lost', key, worker }
    : { type: 'attempt_finished', key, worker, result };
}
