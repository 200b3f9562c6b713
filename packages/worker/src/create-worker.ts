import { randomUUID } from 'node:crypto';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import {
  type Assignment,
  type AttemptRef,
  type AttemptResult,
  MillraceError,
  type SyncResponse,
  workerId,
} from '@millrace/core';
import { baseEnvironment, type Executor, executorFor, type StopReason, stopped } from '@millrace/executors';
import { attemptKey, refOf } from './attempts/attempt-key.ts';
import { RecentKeys } from './attempts/recent-keys.ts';
import { type AttemptSurroundings, RunningAttempt } from './attempts/running-attempt.ts';
import { internalFault, logStoreFault, noExecutorFault, notPreparedFault } from './attempts/worker-faults.ts';
import { createLazyFolders } from './files/lazy-folders.ts';
import { createSharedFolders, type SharedFolders } from './files/shared-folders.ts';
import { LogShipper } from './logs/log-shipper.ts';
import { SyncClient } from './sync/sync-client.ts';
import type { Worker, WorkerOptions, WorkerStopOptions } from './worker.ts';

/** A process is given this much longer than its grace to be killed before the attempt is reported without it. */
const killMarginMs = 15_000;
/** How long an attempt waits for the files of its workspace while the server cannot give them, and how often it asks. */
const filesRetryMs = 60_000;
const maxFilesPauseMs = 2_000;
/** How long a stopping worker tries to report what is left. */
const lastReportsMs = 10_000;
const quietLogger = { info: () => {}, warn: () => {}, error: () => {} };

/** Makes a worker: it takes assignments from `protocol`, executes them and reports. Nothing happens before `start`. */
export function createWorker(options: WorkerOptions): Worker {
  return new LocalWorker(options);
}

class LocalWorker implements Worker {
  readonly id = workerId(`${randomUUID()}`);
  readonly #options: WorkerOptions;
  readonly #logger;
  readonly #executors: ReadonlyMap<string, Executor>;
  readonly #surroundings: AttemptSurroundings;
  readonly #folders;
  readonly #sharedFolders: SharedFolders | null;
  readonly #client: SyncClient;
  /** From assignment to confirmation, by key. */
  readonly #held = new Map<string, RunningAttempt>();
  /** Confirmed or dropped lately: a late copy of such an assignment is not started again. */
  readonly #recent = new RecentKeys(20_000);
  #queue: RunningAttempt[] = [];
  #running = 0;
  #started = false;
  #stopping: Promise<void> | null = null;
  /** Called whenever an attempt has left the slots. */
  #idle: (() => void) | null = null;
  readonly #cleaning = new Set<Promise<void>>();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#logger = options.logger ?? quietLogger;
    this.#executors = new Map(options.executors.map((executor) => [executor.capability, executor]));
    const { protocol } = options;
    const shipper = new LogShipper({
      appendLogs: (chunks) => protocol.appendLogs(chunks),
      retryMs: options.logRetryMs ?? 60_000,
      onTrouble: (cause, broken) =>
        this.#logger.warn({ err: cause, attempts: broken }, broken === 0 ? 'logs are refused' : 'logs are given up'),
    });
    this.#surroundings = {
      environment: options.baseEnvironment ?? baseEnvironment(process.env),
      shipper,
      clock: options.clock ?? Date.now,
      api: options.api ?? null,
    };
    this.#folders = createLazyFolders(options.folder, (workspace, revision) => protocol.openFiles(workspace, revision));
    const { sharedFolder, sharedSweepMs } = options;
    this.#sharedFolders =
      sharedFolder === undefined
        ? null
        : createSharedFolders({
            root: sharedFolder,
            endedRuns: (runs) => protocol.endedRuns(runs),
            logger: this.#logger,
            ...(sharedSweepMs === undefined ? {} : { sweepMs: sharedSweepMs }),
          });
    this.#client = new SyncClient({
      sync: (request, signal) => protocol.sync(request, signal),
      worker: {
        ...options.description,
        id: this.id,
        capabilities: [
          ...options.executors.map(({ capability }) => capability),
          ...(sharedFolder === undefined ? [] : (['shared_folder'] as const)),
        ],
      },
      held: () => this.#heldRefs(),
      freeSlots: () => Math.max(0, options.description.slots - this.#running - this.#queue.length),
      received: (response) => this.#received(response),
      confirmed: ({ key, ref }) => {
        this.#release(key);
        options.onEvent?.({ type: 'attempt_confirmed', attempt: ref });
      },
      leaseLost: () => this.#loseAll(),
      serverLost: (cause) => {
        this.#logger.warn({ err: cause }, 'the server cannot be reached; what runs goes on until the lease ends');
        options.onEvent?.({ type: 'server_lost', cause });
      },
      serverFound: () => {
        this.#logger.info({}, 'the server answers again');
        options.onEvent?.({ type: 'server_found' });
      },
    });
  }

  get running(): number {
    return this.#running;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#client.start();
    this.#sharedFolders?.start();
  }

  stop(options: WorkerStopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? 30_000);
    return this.#stopping;
  }

  #heldRefs(): AttemptRef[] {
    const refs: AttemptRef[] = [];
    for (const attempt of this.#held.values()) refs.push(attempt.ref);
    return refs;
  }

  #received(response: SyncResponse): void {
    for (const assignment of response.assignments) this.#take(assignment);
    for (const { lost, force, ...ref } of response.cancellations) {
      const attempt = this.#held.get(attemptKey(ref));
      if (attempt === undefined) continue;
      if (lost) this.#lose(attempt);
      else this.#cancel(attempt, { kind: 'cancelled' }, force);
    }
    this.#startQueued();
  }

  #take(assignment: Assignment): void {
    const key = attemptKey(assignment);
    if (this.#held.has(key) || this.#recent.has(key)) return;
    if (this.#stopping !== null) {
      this.#client.giveBack([refOf(assignment)]);
      return;
    }
    const executor = this.#executors.get(executorFor(assignment.body) ?? '');
    const attempt = new RunningAttempt(assignment, key, executor ?? missingExecutor, this.#surroundings);
    this.#held.set(key, attempt);
    this.#queue.push(attempt);
  }

  #startQueued(): void {
    const { slots } = this.#options.description;
    let next = 0;
    while (next < this.#queue.length && this.#running < slots) {
      const attempt = this.#queue[next++];
      if (attempt !== undefined && !attempt.ended) this.#begin(attempt);
    }
    if (next > 0) this.#queue = this.#queue.slice(next);
  }

  #begin(attempt: RunningAttempt): void {
    this.#running++;
    this.#options.onEvent?.({ type: 'attempt_started', attempt: attempt.ref });
    if (attempt.executor === missingExecutor) {
      this.#finish(attempt, noExecutorFault(attempt.assignment, [...this.#executors.keys()]));
      return;
    }
    const { timeoutMs } = attempt.assignment;
    if (timeoutMs !== null) {
      attempt.timeout = setTimeout(() => this.#cancel(attempt, { kind: 'timed_out' }, false), timeoutMs);
    }
    const ending = attempt.executor.needsFolders ? this.#prepareAndExecute(attempt) : attempt.executor.execute(attempt);
    ending.then(
      (result) => this.#finish(attempt, result),
      (cause: unknown) => {
        this.#logger.error({ err: cause, attempt: attempt.ref }, 'an executor failed; this is a bug');
        this.#finish(attempt, internalFault(attempt.assignment, cause));
      },
    );
  }

  async #prepareAndExecute(attempt: RunningAttempt): Promise<AttemptResult> {
    const startedAt = performance.now();
    // The files of a new revision come from the server, which may be away for a while: that is not the step's failure.
    for (let pauseMs = 100; attempt.stopReason === null; pauseMs = Math.min(pauseMs * 2, maxFilesPauseMs)) {
      try {
        if (attempt.assignment.sharedFolder === true) attempt.sharedDir = await this.#sharedFolder(attempt.assignment);
        attempt.folder = await this.#folders.create(attempt.assignment);
        break;
      } catch (cause) {
        const passing = cause instanceof MillraceError && cause.retryable;
        if (!passing || performance.now() - startedAt > filesRetryMs) {
          return notPreparedFault(attempt.assignment, cause, startedAt);
        }
        await setTimeoutPromise(pauseMs);
      }
    }
    if (attempt.stopReason !== null) return stopped(attempt.stopReason, attempt.assignment, startedAt);
    return await attempt.executor.execute(attempt);
  }

  #sharedFolder({ run }: Assignment): Promise<string> {
    if (this.#sharedFolders !== null) return this.#sharedFolders.take(run);
    throw new MillraceError('configuration', 'This worker has no shared folder.', {
      hint: 'Start it with --shared-folder.',
    });
  }

  /** Stops an attempt; when its executor does not end in time, its result stands without it. */
  #cancel(attempt: RunningAttempt, reason: StopReason, force: boolean): void {
    if (attempt.ended) return;
    const startedAt = performance.now();
    attempt.stop(reason, force);
    if (this.#queue.includes(attempt)) {
      attempt.ended = true;
      this.#queue = this.#queue.filter((queued) => queued !== attempt);
      this.#client.report(attempt.key, attempt.ref, stopped(reason, attempt.assignment, startedAt));
      return;
    }
    const graceMs = force ? 0 : attempt.assignment.limits.graceMs;
    clearTimeout(attempt.giveUp);
    attempt.giveUp = setTimeout(
      () => this.#finish(attempt, stopped(attempt.stopReason ?? reason, attempt.assignment, startedAt)),
      graceMs + (attempt.executor.needsFolders ? killMarginMs : 0),
    );
  }

  /** Another worker owns it: its processes are stopped and whatever it gives is dropped. */
  #lose(attempt: RunningAttempt): void {
    this.#options.onEvent?.({ type: 'attempt_lost', attempt: attempt.ref });
    this.#logger.warn({ attempt: attempt.ref }, 'another worker owns this attempt; stopping it');
    const { openLog } = attempt;
    if (openLog !== null) this.#surroundings.shipper.drop(openLog.line, new Error('the attempt is lost'));
    if (this.#queue.includes(attempt)) {
      attempt.ended = true;
      this.#queue = this.#queue.filter((queued) => queued !== attempt);
    } else {
      this.#cancel(attempt, { kind: 'lost' }, false);
    }
    // A result that is on its way already is for the server to refuse.
    if (!this.#client.isReporting(attempt.key)) this.#release(attempt.key);
  }

  #loseAll(): void {
    for (const attempt of [...this.#held.values()]) {
      if (!this.#client.isReporting(attempt.key)) this.#lose(attempt);
    }
  }

  #release(key: string): void {
    if (this.#held.delete(key)) this.#recent.add(key);
  }

  /** The end of an attempt, once: frees its slot, then reports when its log is stored. */
  #finish(attempt: RunningAttempt, result: AttemptResult): void {
    if (attempt.ended) return;
    attempt.ended = true;
    clearTimeout(attempt.timeout);
    clearTimeout(attempt.giveUp);
    this.#running--;
    const { folder, openLog } = attempt;
    if (folder !== null) this.#cleanUp(attempt, folder);
    if (attempt.sharedDir !== null) this.#sharedFolders?.released();
    if (!this.#held.has(attempt.key)) {
      // Lost meanwhile: nobody wants the result.
    } else if (openLog === null) {
      this.#report(attempt, result);
    } else {
      openLog.log.end();
      void this.#surroundings.shipper.flush(openLog.line).then(() => {
        if (!this.#held.has(attempt.key)) return;
        const { broken } = openLog.line;
        this.#report(attempt, broken === null ? result : logStoreFault(attempt.assignment, result, broken));
      });
    }
    if (this.#queue.length > 0) this.#startQueued();
    if (this.#running === 0) this.#idle?.();
  }

  #report(attempt: RunningAttempt, result: AttemptResult): void {
    this.#options.onEvent?.({ type: 'attempt_finished', attempt: attempt.ref, status: result.status });
    this.#client.report(attempt.key, attempt.ref, result);
  }

  #cleanUp(attempt: RunningAttempt, folder: NonNullable<RunningAttempt['folder']>): void {
    const cleaning = this.#folders
      .remove(folder)
      .catch((cause: unknown) => {
        this.#logger.warn({ err: cause, attempt: attempt.ref }, "an attempt's folder could not be removed");
      })
      .finally(() => this.#cleaning.delete(cleaning));
    this.#cleaning.add(cleaning);
  }

  async #stop(graceMs: number): Promise<void> {
    const unstarted = this.#queue;
    this.#queue = [];
    for (const attempt of unstarted) {
      attempt.ended = true;
      this.#release(attempt.key);
    }
    if (this.#started) {
      this.#client.announceStop();
      this.#client.giveBack(unstarted.map(({ ref }) => ref));
      await this.#runOut(graceMs);
      await this.#withDeadline(this.#logsAndReports(), lastReportsMs);
    }
    this.#client.end();
    await Promise.all(this.#cleaning);
    await this.#sharedFolders?.end();
    await this.#folders
      .end()
      .catch((cause: unknown) => this.#logger.warn({ err: cause }, 'the folder was not removed'));
    this.#options.onEvent?.({ type: 'stopped' });
  }

  /** Waits for running attempts, then stops them. */
  async #runOut(graceMs: number): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
      if (this.#running === 0) resolve();
    });
    await this.#withDeadline(idle, graceMs);
    if (this.#running === 0) return;
    for (const attempt of this.#held.values()) this.#cancel(attempt, { kind: 'worker_stopping' }, false);
    await idle;
  }

  async #logsAndReports(): Promise<void> {
    const flushes = [...this.#held.values()].map(({ openLog }) =>
      openLog === null ? undefined : this.#surroundings.shipper.flush(openLog.line),
    );
    await Promise.all(flushes);
    await this.#client.drain();
  }

  async #withDeadline(work: Promise<void>, ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([work, deadline]);
    clearTimeout(timer);
  }
}

/** Stands for a body that no executor of this worker takes. */
const missingExecutor: Executor = {
  capability: 'function',
  needsFolders: false,
  execute: () => Promise.reject(new Error('never called')),
};
