import type { Assignment, AttemptRef, AttemptResult } from '@millrace/core';
import type { ExecutionContext, Executor, LogSink, StopReason } from '@millrace/executors';
import type { AttemptFolder } from '../files/attempt-folders.ts';
import { AttemptLog } from '../logs/attempt-log.ts';
import type { LogLine, LogShipper } from '../logs/log-shipper.ts';
import { MaskedLog } from '../secrets/masked-log.ts';
import { SecretMask } from '../secrets/secret-mask.ts';
import { refOf } from './attempt-key.ts';

/** What all attempts of a worker share. */
export type AttemptSurroundings = Readonly<{
  environment: Readonly<Record<string, string>>;
  shipper: LogShipper;
  clock: () => number;
}>;

const nothingHidden: readonly string[] = [];

/**
 * An attempt from its assignment to its confirmed result, and the context that its executor sees. Signals and log are
 * made when they are first looked at: a function step that uses none of them costs one object.
 */
export class RunningAttempt implements ExecutionContext {
  /** As it came; with its secrets once they are there. */
  assignment: Assignment;
  readonly key: string;
  readonly ref: AttemptRef;
  readonly executor: Executor;
  readonly #surroundings: AttemptSurroundings;
  /** Absent: the step may not call the API. */
  api?: NonNullable<ExecutionContext['api']>;
  folder: AttemptFolder | null = null;
  sharedDir: string | null = null;
  /** Its folders are as they were made. */
  foldersClean = false;
  stopReason: StopReason | null = null;
  /** Its result stands; what its executor does from now on is of no interest. */
  ended = false;
  timeout: NodeJS.Timeout | undefined;
  giveUp: NodeJS.Timeout | undefined;
  #killedBy: StopReason | null = null;
  #signal: AbortController | null = null;
  #killed: AbortController | null = null;
  #log: (LogSink & Readonly<{ end(): void }>) | null = null;
  #mask: SecretMask | null = null;
  #line: LogLine | null = null;
  #hidden = nothingHidden;

  constructor(assignment: Assignment, key: string, executor: Executor, surroundings: AttemptSurroundings) {
    this.assignment = assignment;
    this.key = key;
    this.ref = refOf(assignment);
    this.executor = executor;
    this.#surroundings = surroundings;
  }

  get workDir(): string {
    return this.#folder().workDir;
  }
  get missingFolders(): readonly string[] {
    return this.#folder().missing;
  }
  get spareFolder(): string | null {
    return this.#folder().spare;
  }
  get tempDir(): string {
    return this.#folder().tempDir;
  }
  get environment(): Readonly<Record<string, string>> {
    return this.#surroundings.environment;
  }

  get log(): LogSink {
    return this.#openLog();
  }

  /** From now on it knows these secrets too, and what leaves it is masked. */
  reveal(secrets: readonly string[]): void {
    this.#hidden = [...this.#hidden, ...secrets];
    this.#mask = new SecretMask(this.#hidden);
  }

  /** A result as others may see it. */
  masked(result: AttemptResult): AttemptResult {
    return this.#mask === null ? result : this.#mask.result(result);
  }

  #openLog(): LogSink & Readonly<{ end(): void }> {
    if (this.#log === null) {
      this.#line = this.#surroundings.shipper.open(this.ref);
      const log = new AttemptLog(this.#line, this.assignment.limits.logBytes, this.#surroundings.clock);
      this.#log = this.#mask === null ? log : new MaskedLog(log, this.#mask);
    }
    return this.#log;
  }

  get signal(): AbortSignal {
    if (this.#signal === null) {
      this.#signal = new AbortController();
      if (this.stopReason !== null) this.#signal.abort(this.stopReason);
    }
    return this.#signal.signal;
  }

  get killed(): AbortSignal {
    if (this.#killed === null) {
      this.#killed = new AbortController();
      if (this.#killedBy !== null) this.#killed.abort(this.#killedBy);
    }
    return this.#killed.signal;
  }

  foldersLeftClean(): void {
    this.foldersClean = true;
  }

  /** Asks the executor to stop; `force` cuts its grace short. The first reason stands. */
  stop(reason: StopReason, force: boolean): void {
    if (this.stopReason === null) {
      this.stopReason = reason;
      this.#signal?.abort(reason);
    }
    if (!force || this.#killedBy !== null) return;
    this.#killedBy = reason;
    this.#killed?.abort(reason);
  }

  /** The attempt's log, when it has one. */
  get openLog(): Readonly<{ log: Readonly<{ end(): void }>; line: LogLine }> | null {
    return this.#log === null || this.#line === null ? null : { log: this.#log, line: this.#line };
  }

  #folder(): AttemptFolder {
    if (this.folder === null) throw new TypeError(`Executor ${this.executor.capability} did not ask for folders.`);
    return this.folder;
  }
}
