// A local run at its worker: all its steps, executed in one folder, without asking a server in between.
//
//   record (core's rules) ─ what is ready ─▶ attempts, several at once ─ results ─▶ record ─ what is ready ─▶ …
//            └─ entries, in batches ─▶ server, which confirms them
//
// The record decides; here is what it cannot do: processes, folders, timers. Reports follow what happened, about
// `reportEveryMs` late; a result is told when the log of its attempt is stored, so what a server knows to have ended has
// its whole log, whatever becomes of this worker. Steps wait for neither.
//
// When the lease is lost, or the worker stops, everything is stopped and forgotten: the run begins again elsewhere. Its folder
// goes only when no process of it is left.
import {
  type AttemptResult,
  type LocalRunAssignment,
  LocalRunRecord,
  type LocalRunReport,
  type WorkerId,
} from '@millrace/core';
import { type Executor, executorFor, type StopReason } from '@millrace/executors';
import { attemptKey, refOf } from '../attempts/attempt-key.ts';
import { AttemptRunner, missingExecutor } from '../attempts/attempt-runner.ts';
import { type AttemptSurroundings, RunningAttempt } from '../attempts/running-attempt.ts';
import { logStoreFault, notPreparedFault } from '../attempts/worker-faults.ts';
import type { AttemptFolder, AttemptFolders } from '../files/attempt-folders.ts';
import type { LogLine } from '../logs/log-shipper.ts';
import type { ReadSecrets } from '../secrets/read-secrets.ts';
import { askPatiently } from '../sync/ask-patiently.ts';
import type { WorkerLogger } from '../worker.ts';

/** How late a report may be, and how many entries one holds at most. */
const reportEveryMs = 100;
const maxEntries = 1_000;
/** The longest time that a timer of Node's takes. */
const longestTimerMs = 2_147_483_647;

export type LocalRunHost = Readonly<{
  worker: WorkerId;
  executors: ReadonlyMap<string, Executor>;
  surroundings: AttemptSurroundings;
  folders: AttemptFolders;
  readSecrets: ReadSecrets;
  /** How many of its steps are executed at once. */
  stepsAtOnce: number;
  logger: WorkerLogger;
  /** There is something to report. */
  reportSoon(): void;
  /** Nothing of it runs any more; `failure`: it could not be carried out. Its slot is free. */
  over(run: RunningLocalRun, failure: AttemptResult | null): void;
}>;

export class RunningLocalRun {
  readonly assignment: LocalRunAssignment;
  readonly key: string;
  readonly ref;
  /** It is over: what is left is to be told. */
  ended = false;
  readonly #host: LocalRunHost;
  readonly #record: LocalRunRecord;
  readonly #runner: AttemptRunner;
  readonly #running = new Map<string, RunningAttempt>();
  /** Logs that may not be stored yet, and how long the record was when their attempt ended: what came then waits for them. */
  readonly #lines = new Map<LogLine, number>();
  /** Those of them that are asked for. */
  readonly #flushing = new Set<LogLine>();
  readonly #receivedAt = performance.now();
  #folder: AttemptFolder | null = null;
  #preparing = false;
  #begun = false;
  #timer: NodeJS.Timeout | undefined;
  #reportTimer: NodeJS.Timeout | undefined;
  #reporting = false;
  /** Results that wait for the logs. */
  #settling = 0;
  /** Why it is given up: nobody wants to know what becomes of it. */
  #given: StopReason | null = null;

  constructor(assignment: LocalRunAssignment, host: LocalRunHost) {
    this.assignment = assignment;
    this.ref = refOf(assignment);
    this.key = attemptKey(assignment);
    this.#host = host;
    this.#record = new LocalRunRecord(assignment, host.worker);
    this.#runner = new AttemptRunner({
      prepare: (attempt) => this.#prepare(attempt),
      // A server knows the run as a whole, and so could not tell when a token's attempt is over.
      openApi: null,
      readSecrets: (attempt, names) => host.readSecrets(this.ref, attempt.ref.step, names),
      clock: host.surroundings.clock,
      ended: (attempt, result) => this.#attemptEnded(attempt, result),
      capabilities: [...host.executors.keys()],
      logger: host.logger,
    });
  }

  /** Begins when its folder is there, with the files of its workspace. */
  start(): void {
    const { workspace, revision } = this.assignment.origin;
    const startedAt = performance.now();
    this.#preparing = true;
    const make = () => this.#host.folders.createWhole({ workspace, revision });
    askPatiently(make, () => this.#given === null && !this.#record.ended).then(
      (folder) => {
        this.#folder = folder;
        this.#preparing = false;
        if (this.#given === null) this.#begin();
        this.#goOn();
      },
      (cause: unknown) => {
        this.#preparing = false;
        const { origin } = this.assignment;
        this.#end(notPreparedFault({ ...origin, what: `workflow ${origin.workflow}` }, cause, startedAt));
      },
    );
  }

  /** The server asks it to stop. */
  stop(force: boolean): void {
    if (this.ended || this.#given !== null) return;
    this.#begin();
    this.#record.stop(force, this.#now());
    this.#goOn();
  }

  /** Ends everything without another word. */
  giveUp(reason: StopReason): void {
    if (this.#given !== null || this.ended) return;
    this.#given = reason;
    for (const attempt of this.#running.values()) this.#runner.stop(attempt, reason, false);
    this.#goOn();
  }

  /** Whether it came to its end and the server knows all of it. */
  get isTold(): boolean {
    return this.ended && this.#record.ended && this.#record.unconfirmed === 0;
  }

  /** Whether its record came to its end, so that it was not lost with this worker. */
  get isComplete(): boolean {
    return this.#record.ended;
  }

  /** What the server is to be told next; null: nothing, or a report is under way. */
  takeReport(): LocalRunReport | null {
    const ready = this.#tellable();
    if (this.#reporting || this.#given !== null || ready <= 0) return null;
    this.#reporting = true;
    clearTimeout(this.#reportTimer);
    this.#reportTimer = undefined;
    return { ...this.ref, ...this.#record.report(Math.min(ready, maxEntries)) };
  }

  /** The report came back: `applied` entries are committed; null: it is not known. */
  reported(applied: number | null): void {
    this.#reporting = false;
    if (applied !== null) this.#record.confirm(applied);
    this.#tellSoon();
  }

  /** Every record begins with that, even if the next thing is that it shall stop. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#record.begin(this.#now());
  }

  #now(): number {
    return this.assignment.now + Math.round(performance.now() - this.#receivedAt);
  }

  /** Follows up whatever changed: timers, attempts to begin and to stop, reports, the end. */
  #goOn(): void {
    if (this.ended) return;
    this.#record.fireDue(this.#now());
    if (this.#given === null) this.#beginReady();
    for (const attempt of this.#running.values()) this.#follow(attempt);
    this.#setTimer();
    this.#tellSoon();
    const over = this.#record.ended || this.#given !== null;
    if (over && !this.#preparing && this.#running.size + this.#settling === 0) this.#end(null);
  }

  #beginReady(): void {
    while (this.#running.size < this.#host.stepsAtOnce && this.#folder !== null) {
      const assignment = this.#record.next(this.#now());
      if (assignment === null) return;
      const executor = this.#host.executors.get(executorFor(assignment.body) ?? '') ?? missingExecutor;
      const key = attemptKey(assignment);
      const attempt = new RunningAttempt(assignment, key, executor, this.#host.surroundings);
      attempt.sharedDir = this.#folder.workDir;
      this.#running.set(key, attempt);
      this.#runner.begin(attempt);
    }
  }

  /** An attempt that the record does not wait for any more, or that shall stop, is stopped. */
  #follow(attempt: RunningAttempt): void {
    const standing = this.#record.standing(attempt.ref);
    if (standing === 'wanted' || (standing === 'stopping' && attempt.stopReason !== null)) return;
    this.#runner.stop(attempt, { kind: standing === 'over' ? 'lost' : 'cancelled' }, standing === 'over');
  }

  async #prepare(attempt: RunningAttempt): Promise<AttemptResult | null> {
    const startedAt = performance.now();
    try {
      if (this.#folder !== null) attempt.folder = await this.#host.folders.createWithin(this.#folder);
      return null;
    } catch (cause) {
      const { stepName: name, workspace, revision } = attempt.assignment;
      return notPreparedFault({ what: `step ${name}`, workspace, revision }, cause, startedAt);
    }
  }

  #attemptEnded(attempt: RunningAttempt, result: AttemptResult): void {
    const { folder, openLog } = attempt;
    if (folder !== null) void this.#host.folders.remove(folder, attempt.foldersClean).catch(() => {});
    if (openLog !== null) {
      openLog.log.end();
      this.#lines.set(openLog.line, this.#record.length);
    }
    if (!this.#record.nearlyOver || this.#given !== null) {
      this.#running.delete(attempt.key);
      this.#settle(attempt, result);
      return;
    }
    // It may be the last one. What is over has its logs.
    this.#settling += 1;
    this.#running.delete(attempt.key);
    void Promise.all([...this.#lines.keys()].map((line) => this.#host.surroundings.shipper.flush(line))).then(() => {
      this.#settling -= 1;
      this.#settle(attempt, result);
    });
  }

  #settle(attempt: RunningAttempt, result: AttemptResult): void {
    let broken: LogLine | null = null;
    for (const line of this.#lines.keys()) {
      if (line.broken !== null) broken = line;
      else if (line.waitingBytes === 0) this.#lines.delete(line);
    }
    if (this.#given === null) {
      const told = broken === null ? result : logStoreFault(attempt.assignment, result, broken.broken);
      this.#record.finished(attempt.ref, told, this.#now());
    }
    this.#goOn();
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const due = this.#record.ended || this.#given !== null ? null : this.#record.nextDueAt;
    if (due === null) return;
    this.#timer = setTimeout(() => this.#goOn(), Math.min(Math.max(1, due - this.#now()), longestTimerMs));
  }

  #tellSoon(): void {
    const { unconfirmed } = this.#record;
    if (unconfirmed === 0 || this.#reporting || this.#given !== null) return;
    if (this.#record.ended || unconfirmed >= maxEntries) this.#tell();
    else this.#reportTimer ??= setTimeout(() => this.#tell(), reportEveryMs);
  }

  /** Tells what can be told, and has the logs stored that the rest waits for. */
  #tell(): void {
    clearTimeout(this.#reportTimer);
    this.#reportTimer = undefined;
    if (this.#tellable() > 0) this.#host.reportSoon();
    for (const line of this.#lines.keys()) {
      if (line.broken !== null || this.#flushing.has(line)) continue;
      this.#flushing.add(line);
      void this.#host.surroundings.shipper.flush(line).then(() => {
        this.#flushing.delete(line);
        if (this.#tellable() > 0) this.#host.reportSoon();
      });
    }
  }

  /** How many unconfirmed entries wait for no log. A log that cannot be stored is waited for no more. */
  #tellable(): number {
    const { length, unconfirmed } = this.#record;
    let until = length;
    for (const [line, from] of this.#lines) {
      if (line.broken !== null) continue;
      if (line.waitingBytes === 0) this.#lines.delete(line);
      else until = Math.min(until, from);
    }
    return until - (length - unconfirmed);
  }

  #end(failure: AttemptResult | null): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#reportTimer);
    for (const line of this.#lines.keys()) {
      if (this.#given !== null) this.#host.surroundings.shipper.drop(line, new Error('the run is lost'));
    }
    const folder = this.#folder;
    if (folder !== null) {
      void this.#host.folders.remove(folder, false).catch((cause: unknown) => {
        this.#host.logger.warn({ err: cause, run: this.ref.run }, "a local run's folder could not be removed");
      });
    }
    this.#host.over(this, failure);
    this.#tellSoon();
  }
}
