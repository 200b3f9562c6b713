import type { Readable } from 'node:stream';

/** A process to start, in a session and process group of its own. */
export type ProcessToStart = Readonly<{
  /** Absolute path. */
  program: string;
  args: readonly string[];
  cwd: string;
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  /** The file that it reads as its standard input; null: nothing. */
  stdinFile: string | null;
}>;

export type ProcessExit = Readonly<{ exitCode: number | null; exitSignal: string | null }>;

export type StartedProcess = Readonly<{
  /** Also the number of its process group; undefined when it could not be started at all. */
  pid: number | undefined;
  /** What it and its descendants write; over when none of them holds the other end any more. */
  stdout: Readable;
  stderr: Readable;
  /** Rejects with a system error (`code` ENOENT, …) when the program could not be executed, or with a `LostProcess`. */
  exited: Promise<ProcessExit>;
}>;

/** A way to start processes. */
export type ProcessStarter = Readonly<{
  /** Rejects only with a system error or a `LostProcess`, as `exited` does. */
  start(process: ProcessToStart): Promise<StartedProcess>;
  /** Ends what it keeps for starting, and what it started that still runs. It is not to be used afterwards. */
  end(): Promise<void>;
}>;

/** What started a process is gone, so nobody can tell how that process ends. */
export class LostProcess extends Error {
  constructor() {
    super('The helper that started the process ended before it.');
    this.name = 'LostProcess';
  }
}
