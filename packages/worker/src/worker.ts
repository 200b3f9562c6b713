import type { AttemptRef, MillraceError, WorkerDescription, WorkerProtocol } from '@millrace/core';
import type { Executor } from '@millrace/executors';

/** Log of the worker itself (not of steps); pino's loggers fit. */
export type WorkerLogger = Readonly<{
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}>;

/** What happens in a worker, for progress displays and tests. */
export type WorkerEvent =
  | Readonly<{ type: 'attempt_started' | 'attempt_confirmed'; attempt: AttemptRef }>
  | Readonly<{ type: 'attempt_finished'; attempt: AttemptRef; status: string }>
  | Readonly<{ type: 'attempt_lost'; attempt: AttemptRef }>
  | Readonly<{ type: 'server_lost'; cause: unknown }>
  | Readonly<{ type: 'server_found' }>
  /** The server lets it work no more: it holds nothing any longer, and asks for nothing. */
  | Readonly<{ type: 'revoked'; cause: MillraceError }>
  | Readonly<{ type: 'stopped' }>;

export type ApiAccess = Readonly<{
  /** Where processes of steps reach the server. */
  url: string;
  /** What the tokens of attempts are signed with now; the server must have the same (`attemptKeyOf`). */
  signingKey(): Uint8Array;
}>;

export type WorkerOptions = Readonly<{
  protocol: WorkerProtocol;
  /** Who it is; `id` is chosen by the worker and `capabilities` follow from `executors`. */
  description: Omit<WorkerDescription, 'id' | 'capabilities'>;
  /** The joined worker that it is a process of, whose token `protocol` shows; absent: it has none of its own. */
  joined?: string;
  executors: readonly Executor[];
  /** Scratch folder on this machine; several workers may share it. Made when the first step needs a folder. */
  folder: string;
  /** How many steps of one local run are executed at once. Default: as many as there are processor cores. */
  localSteps?: number;
  /** Where steps of a run share folders; every worker of the installation that has one has the same. Absent: none. */
  sharedFolder?: string;
  /** How often shared folders of ended runs are looked for. Default: a minute. */
  sharedSweepMs?: number;
  /** What steps get of the worker's environment. Default: the allow-listed part of `process.env`. */
  baseEnvironment?: Readonly<Record<string, string>>;
  /** A secret that this worker has itself, so that it asks no server for it; null: it has it not. Default: none. */
  ownSecret?: (name: string) => string | null;
  logger?: WorkerLogger;
  /** Milliseconds since the epoch, for the times in logs. */
  clock?: () => number;
  /** How steps get at the API that ask for it. Absent: they fail. */
  api?: ApiAccess;
  /** How long a log store that refuses is tried again before steps fail with `log_store_failed`. Default: 60 seconds. */
  logRetryMs?: number;
  onEvent?: (event: WorkerEvent) => void;
}>;

export type WorkerStopOptions = Readonly<{
  /** How long running attempts may go on. Default: 30 seconds. */
  graceMs?: number;
}>;

export type Worker = Readonly<{
  readonly id: WorkerDescription['id'];
  /** Attempts that are executed now. */
  readonly running: number;
  start(): void;
  /**
   * Takes no more work, gives back what is not started, waits for what runs up to the grace, then stops it, reports
   * everything and removes its folder. Resolves when no process of it is left; may be called repeatedly.
   */
  stop(options?: WorkerStopOptions): Promise<void>;
}>;
