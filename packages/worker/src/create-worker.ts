import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import {
  type Assignment,
  type AttemptRef,
  type AttemptResult,
  type LocalRunAssignment,
  MillraceError,
  type SyncResponse,
  workerId,
} from '@millrace/core';
import { baseEnvironment, type Executor, executorFor, type StopReason, stopped } from '@millrace/executors';
import { createOpenAttemptApi } from './attempts/attempt-api.ts';
import { attemptKey, refOf } from './attempts/attempt-key.ts';
import { AttemptRunner, missingExecutor } from './attempts/attempt-runner.ts';
import { RecentKeys } from './attempts/recent-keys.ts';
import { type AttemptSurroundings, RunningAttempt } from './attempts/running-attempt.ts';
import { WaitingLine } from './attempts/waiting-line.ts';
import { logStoreFault, notPreparedFault, stoppedRun } from './attempts/worker-faults.ts';
import type { AttemptFolder } from './files/attempt-folders.ts';
import { createLazyFolders } from './files/lazy-folders.ts';
import { createSharedFolders, type SharedFolders } from './files/shared-folders.ts';
import { LocalRuns } from './local-runs/local-runs.ts';
import { RunningLocalRun } from './local-runs/running-local-run.ts';
import { LogShipper } from './logs/log-shipper.ts';
import { createReadSecrets, type ReadSecrets } from './secrets/read-secrets.ts';
import { askPatiently } from './sync/ask-patiently.ts';
import { SyncClient } from './sync/sync-client.ts';
import { withDeadline } from './sync/with-deadline.ts';
import type { Worker, WorkerOptions, WorkerStopOptions } from './worker.ts';

/** How long a stopping worker tries to report what is left. */
const lastReportsMs = 10_000;
const quietLogger = { info: () => {}, warn: () => {}, error: () => {} };

/** Makes a worker: it takes assignments from `protocol`, executes them and reports. Nothing happens before `start`. */
export function createWorker(options: WorkerOptions): Worker {
  return new LocalWorker(options);
}

/** What it was given. */
type Held = RunningAttempt | RunningLocalRun;

const isLocalRun = (held: Held): held is RunningLocalRun => held instanceof RunningLocalRun;

class LocalWorker implements Worker {
  readonly id;
  readonly #options: WorkerOptions;
  readonly #logger;
  readonly #executors: ReadonlyMap<string, Executor>;
  readonly #surroundings: AttemptSurroundings;
  readonly #folders;
  readonly #runner: AttemptRunner;
  readonly #sharedFolders: SharedFolders | null;
  readonly #readSecrets: ReadSecrets;
  readonly #client: SyncClient;
  /** From assignment to confirmation, by key. */
  readonly #held = new Map<string, Held>();
  /** Confirmed or dropped lately: a late copy of such an assignment is not started again. */
  readonly #recent = new RecentKeys(20_000);
  readonly #localRuns = new LocalRuns();
  readonly #queue = new WaitingLine<Held>();
  #running = 0;
  #started = false;
  #stopping: Promise<void> | null = null;
  /** Called whenever an attempt has left the slots. */
  #idle: (() => void) | null = null;
  readonly #cleaning = new Set<Promise<void>>();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.id = workerId(options.joined === undefined ? randomUUID() : `${options.joined}.${randomUUID()}`);
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
    };
    this.#readSecrets = createReadSecrets(protocol, options.ownSecret ?? (() => null), this.id);
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
    this.#runner = new AttemptRunner({
      prepare: (attempt) => this.#prepare(attempt),
      openApi: options.api === undefined ? null : createOpenAttemptApi(options.api, this.id, this.#surroundings.clock),
      readSecrets: (attempt, names) => this.#readSecrets(attempt.ref, attempt.ref.step, names),
      clock: this.#surroundings.clock,
      ended: (attempt, result) => this.#attemptEnded(attempt, result),
      capabilities: [...this.#executors.keys()],
      logger: this.#logger,
    });
    this.#client = new SyncClient({
      sync: (request, signal) => protocol.sync(request, signal),
      worker: {
        ...options.description,
        id: this.id,
        capabilities: [
          ...options.executors.map(({ capability }) => capability),
          'local' as const,
          ...(sharedFolder === undefined ? [] : (['shared_folder'] as const)),
        ],
      },
      held: () => this.#heldRefs(),
      freeSlots: () => Math.max(0, options.description.slots - this.#running - this.#queue.length),
      takeReports: () => this.#localRuns.takeReports(),
      reported: (reports, recorded) => {
        for (const run of this.#localRuns.reported(reports, recorded)) this.#confirmed(run);
      },
      received: (response) => this.#received(response),
      confirmed: (outgoing) => this.#confirmed(outgoing),
      leaseLost: () => this.#loseAll(),
      revoked: (cause) => {
        this.#loseAll();
        options.onEvent?.({ type: 'revoked', cause });
      },
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
    for (const assignment of response.assignments) {
      this.#take(
        assignment,
        (key) => new RunningAttempt(assignment, key, this.#executorOf(assignment), this.#surroundings),
      );
    }
    for (const run of response.localRuns ?? []) this.#take(run, () => this.#localRun(run));
    for (const { lost, force, ...ref } of response.cancellations) {
      const attempt = this.#held.get(attemptKey(ref));
      if (attempt === undefined) continue;
      if (lost) this.#lose(attempt);
      else this.#cancel(attempt, { kind: 'cancelled' }, force);
    }
    this.#startQueued();
  }

  #take(ref: AttemptRef, hold: (key: string) => Held): void {
    const key = attemptKey(ref);
    if (this.#held.has(key) || this.#recent.has(key)) return;
    if (this.#stopping !== null) {
      this.#client.giveBack([refOf(ref)]);
      return;
    }
    const held = hold(key);
    this.#held.set(key, held);
    if (isLocalRun(held)) this.#localRuns.add(held);
    this.#queue.add(held);
  }

  #executorOf({ body }: Assignment): Executor {
    return this.#executors.get(executorFor(body) ?? '') ?? missingExecutor;
  }

  #localRun(assignment: LocalRunAssignment): RunningLocalRun {
    return new RunningLocalRun(assignment, {
      worker: this.id,
      executors: this.#executors,
      surroundings: this.#surroundings,
      folders: this.#folders,
      readSecrets: this.#readSecrets,
      stepsAtOnce: this.#options.localSteps ?? availableParallelism(),
      logger: this.#logger,
      reportSoon: () => this.#client.reportSoon(),
      over: (run, failure) => this.#runOver(run, failure),
    });
  }

  #startQueued(): void {
    const { slots } = this.#options.description;
    while (this.#running < slots) {
      const held = this.#queue.take();
      if (held === undefined) return;
      if (!held.ended) this.#begin(held);
    }
  }

  #begin(held: Held): void {
    this.#running++;
    this.#options.onEvent?.({ type: 'attempt_started', attempt: held.ref });
    if (isLocalRun(held)) held.start();
    else this.#runner.begin(held);
  }

  async #prepare(attempt: RunningAttempt): Promise<AttemptResult | null> {
    const startedAt = performance.now();
    const { assignment } = attempt;
    const make = async (): Promise<AttemptFolder> => {
      if (assignment.sharedFolder === true) attempt.sharedDir = await this.#sharedFolder(assignment);
      return await this.#folders.create(assignment);
    };
    try {
      attempt.folder = await askPatiently(make, () => attempt.stopReason === null);
      return null;
    } catch (cause) {
      return notPreparedFault({ what: `step ${assignment.stepName}`, ...assignment }, cause, startedAt);
    }
  }

  #sharedFolder({ run }: Assignment): Promise<string> {
    if (this.#sharedFolders !== null) return this.#sharedFolders.take(run);
    throw new MillraceError('configuration', 'This worker has no shared folder.', {
      hint: 'Start it with --shared-folder.',
    });
  }

  /** Stops what it holds. What was not begun ends at once. */
  #cancel(held: Held, reason: StopReason, force: boolean): void {
    if (held.ended) return;
    if (this.#queue.remove(held)) {
      held.ended = true;
      const result = isLocalRun(held)
        ? stoppedRun(reason, held.assignment)
        : stopped(reason, held.assignment, performance.now());
      this.#client.report(held.key, held.ref, result);
    } else if (!isLocalRun(held)) this.#runner.stop(held, reason, force);
    else if (reason.kind === 'cancelled') held.stop(force);
    else held.giveUp(reason);
  }

  /** Another worker owns it: its processes are stopped and whatever it gives is dropped. */
  #lose(held: Held): void {
    // A local run that came to its end by itself is known to have ended.
    if (isLocalRun(held) && held.isComplete && held.ended) {
      this.#release(held.key);
      return;
    }
    this.#options.onEvent?.({ type: 'attempt_lost', attempt: held.ref });
    this.#logger.warn({ attempt: held.ref }, 'another worker owns this attempt; stopping it');
    const openLog = isLocalRun(held) ? null : held.openLog;
    if (openLog !== null) this.#surroundings.shipper.drop(openLog.line, new Error('the attempt is lost'));
    if (this.#queue.remove(held)) {
      held.ended = true;
    } else {
      this.#cancel(held, { kind: 'lost' }, false);
    }
    // A result that is on its way already is for the server to refuse.
    if (!this.#client.isReporting(held.key)) this.#release(held.key);
  }

  #loseAll(): void {
    for (const held of [...this.#held.values()]) {
      if (!this.#client.isReporting(held.key)) this.#lose(held);
    }
  }

  /** The server knows how it ended. */
  #confirmed({ key, ref }: Pick<Held, 'key' | 'ref'>): void {
    this.#release(key);
    this.#options.onEvent?.({ type: 'attempt_confirmed', attempt: ref });
  }

  #release(key: string): void {
    this.#localRuns.delete(key);
    if (this.#held.delete(key)) this.#recent.add(key);
  }

  /** The end of an attempt: frees its slot, then reports when its log is stored. */
  #attemptEnded(attempt: RunningAttempt, result: AttemptResult): void {
    const { folder, openLog } = attempt;
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
    this.#freeSlot();
    if (folder !== null) this.#cleanUp(attempt, folder);
  }

  /** The end of a local run here: its record is told by reports; a run that was not carried out, as a result. */
  #runOver(run: RunningLocalRun, failure: AttemptResult | null): void {
    if (this.#held.has(run.key)) {
      if (failure !== null) this.#client.report(run.key, run.ref, failure);
      else if (!run.isComplete)
        this.#client.report(run.key, run.ref, stoppedRun({ kind: 'worker_stopping' }, run.assignment));
      else if (run.isTold) this.#release(run.key);
    }
    this.#freeSlot();
  }

  #freeSlot(): void {
    this.#running--;
    if (this.#queue.length > 0) this.#startQueued();
    if (this.#running === 0) this.#idle?.();
  }

  #report(attempt: RunningAttempt, result: AttemptResult): void {
    this.#options.onEvent?.({ type: 'attempt_finished', attempt: attempt.ref, status: result.status });
    this.#client.report(attempt.key, attempt.ref, result);
  }

  #cleanUp(attempt: RunningAttempt, folder: NonNullable<RunningAttempt['folder']>): void {
    // Before anything is removed the report of its end goes out.
    const reported = attempt.foldersClean ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve));
    const cleaning = reported
      .then(() => this.#folders.remove(folder, attempt.foldersClean))
      .catch((cause: unknown) => {
        this.#logger.warn({ err: cause, attempt: attempt.ref }, "an attempt's folder could not be removed");
      })
      .finally(() => this.#cleaning.delete(cleaning));
    this.#cleaning.add(cleaning);
  }

  async #stop(graceMs: number): Promise<void> {
    const unstarted = this.#queue.takeAll();
    for (const attempt of unstarted) {
      attempt.ended = true;
      this.#release(attempt.key);
    }
    if (this.#started) {
      this.#client.announceStop();
      this.#client.giveBack(unstarted.map(({ ref }) => ref));
      await this.#runOut(graceMs);
      await withDeadline(this.#logsAndReports(), lastReportsMs);
    }
    this.#client.end();
    await Promise.all(this.#cleaning);
    await Promise.all(this.#options.executors.map((executor) => executor.end?.()));
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
    await withDeadline(idle, graceMs);
    if (this.#running === 0) return;
    for (const attempt of this.#held.values()) this.#cancel(attempt, { kind: 'worker_stopping' }, false);
    await idle;
  }

  async #logsAndReports(): Promise<void> {
    const flushes = [...this.#held.values()].map((held) =>
      isLocalRun(held) || held.openLog === null ? undefined : this.#surroundings.shipper.flush(held.openLog.line),
    );
    await Promise.all(flushes);
    await this.#client.drain();
  }
}
