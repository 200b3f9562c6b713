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
  /**
   * Folders that are made for it, outermost first. Making the first begins the process: it is not there yet, and who cannot
   * make it does not begin it. Others may be there already.
   */
  newFolders: readonly [string, ...string[]];
  /**
   * What another process had and left clean (`StartedProcess.foldersClean`): moved, with all that is in it, to the place of
   * the first new folder where it would be made, if it is still there. null: there is none.
   */
  spareFolder: string | null;
  /** Files that are written for it, which nobody but this user may read; small ones. */
  newFiles: readonly NewFile[];
}>;

export type NewFile = Readonly<{ path: string; text: string }>;

export type ProcessExit = Readonly<{ exitCode: number | null; exitSignal: string | null }>;

export type OutputStream = 'stdout' | 'stderr';

/**
 * Takes over what a process writes. `undefined`: there is room for more. A promise: nothing more of the process is passed on
 * until it is settled; the process waits when its pipes are full.
 */
export type ReceiveOutput = (stream: OutputStream, bytes: Buffer) => Promise<void> | undefined;

export type StartedProcess = Readonly<{
  /** Also the number of its process group; undefined when it could not be started at all. */
  pid: number | undefined;
  /** Rejects with a system error (`code` ENOENT, …) when the program could not be executed, or with a `LostProcess`. */
  exited: Promise<ProcessExit>;
  /**
   * Whether, when it had ended and its output was over, its new folders were known to be as when it began, and nothing that it
   * started to run no more: another process may have them.
   */
  foldersClean: boolean;
  /** Resolves when all of its output is received and neither it nor a descendant can write more. */
  outputEnded: Promise<void>;
  /** Output that comes from now on is not wanted. */
  closeOutput(): void;
  /** Kills what is left of its group. */
  killGroup(): void;
}>;

/** A way to start processes. */
export type ProcessStarter = Readonly<{
  /** Rejects only with a system error or a `LostProcess`, as `exited` does. */
  start(process: ProcessToStart, receive: ReceiveOutput): Promise<StartedProcess>;
  /** Ends what it keeps for starting, and what it started that still runs. It is not to be used afterwards. */
  end(): Promise<void>;
}>;

/** The folders or files of a process could not be made; `cause` is the system error. */
export class NotPrepared extends Error {}

/** What started a process is gone, so nobody can tell how that process ends. */
export class LostProcess extends Error {
  constructor() {
    super('The helper that started the process ended before it.');
    this.name = 'LostProcess';
  }
}
