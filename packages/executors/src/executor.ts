import type { Assignment, AttemptResult, Capability, LogStream } from '@millrace/core';

/** Where an attempt's output lines go. Bytes need not end at line ends; the sink splits them. */
export type LogSink = Readonly<{
  /**
   * Takes over a piece of a stream (the caller must not change the bytes afterwards). `undefined`: there is room for more.
   * A promise: the sink is full; the caller waits for it before it writes again to any stream of this attempt.
   */
  write(stream: LogStream, bytes: Uint8Array): Promise<void> | undefined;
}>;

/**
 * Why an attempt is asked to stop: the `reason` of `ExecutionContext.signal` and of `ExecutionContext.killed`.
 *
 * - `cancelled`: a person or the engine cancelled it.
 * - `timed_out`: its time limit passed.
 * - `lost`: the lease ran out or another worker owns it; its result is of no use.
 * - `worker_stopping`: the worker ends and its grace is over.
 */
export type StopReason = Readonly<{ kind: 'cancelled' | 'timed_out' | 'lost' | 'worker_stopping' }>;

/** Everything that an executor gets for one attempt. There are folders only for executors with `needsFolders`. */
export type ExecutionContext = Readonly<{
  assignment: Assignment;
  /** Those of the attempt's own folders that are not there yet, outermost first: whoever needs them makes them. */
  missingFolders: readonly string[];
  /** Folders that another attempt had: as they shall be, and to be moved to the place of the first missing one. null: none. */
  spareFolder: string | null;
  /** This attempt's own folder, with a copy of the workspace's files: the current directory of the step. */
  workDir: string;
  /** This attempt's own folder for the files through which Millrace and the step talk. */
  tempDir: string;
  /** The folder that steps of the run share; null: this one has none. */
  sharedDir: string | null;
  log: LogSink;
  /** Aborts when the attempt shall stop; the reason is a `StopReason`. Processes get SIGTERM, a grace, then SIGKILL. */
  signal: AbortSignal;
  /** Aborts when the grace is cut short (a forced cancel): SIGKILL at once. May abort before, after or without `signal`. */
  killed: AbortSignal;
  /** Why the attempt was asked to stop; null while it was not. Cheaper than the signals, which may be made when first read. */
  stopReason: StopReason | null;
  /** The allow-listed base environment (`baseEnvironment`). */
  environment: Readonly<Record<string, string>>;
  /** To be told when the step's folders are as they were before it, so that another attempt may have them. */
  foldersLeftClean(): void;
  /** The HTTP API and the attempt's own token, when the step may call it. */
  api?: Readonly<{ url: string; token: string }>;
}>;

/**
 * How one class of action bodies is executed. `execute` resolves with how the attempt ended and does not reject for
 * anything that a step or its environment can cause; a rejection is a bug. One that was asked to stop and does not end
 * within the attempt's grace is given up on by the worker, which then reports the stop itself.
 */
export type Executor = Readonly<{
  capability: Capability;
  /** Whether it needs `workDir` and `tempDir`. False spares in-process steps the cost of folders. */
  needsFolders: boolean;
  execute(context: ExecutionContext): Promise<AttemptResult>;
  /** Lets go of what it keeps from one attempt to the next. Called when nothing is executed any more, perhaps repeatedly. */
  end?(): Promise<void>;
}>;

/** The reason of a signal that aborted; an abort by anybody else counts as a cancel. */
export function stopReasonOf(signal: AbortSignal): StopReason {
  const reason: unknown = signal.reason;
  if (typeof reason === 'object' && reason !== null && 'kind' in reason) return reason as StopReason;
  return { kind: 'cancelled' };
}
