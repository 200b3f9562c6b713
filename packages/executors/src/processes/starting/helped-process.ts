import { makeFirstFolder } from './make-first-folder.ts';
import { signalGroup } from './process-group.ts';
import {
  LostProcess,
  type OutputStream,
  type ProcessExit,
  type ProcessToStart,
  type ReceiveOutput,
  type StartedProcess,
} from './process-starter.ts';

/** The process was not begun and never will be by this helper: it may be started in another way. */
export class NotBegun extends Error {}

/** What a process that a helper starts asks of it. */
export type HelpedProcessHost = Readonly<{
  /** So many bytes of its output are received; more may be sent. */
  more(bytes: number): void;
  /** Its output is not wanted any more. */
  close(): void;
  /** The helper has nothing more to tell of it. */
  over(): void;
}>;

/** Received bytes are told to the helper in sums of this size. */
const tellEvery = 65_536;

/** One process of a helper, from the request to the end of its output. */
export class HelpedProcess implements StartedProcess {
  readonly process: ProcessToStart;
  readonly exited: Promise<ProcessExit>;
  readonly outputEnded: Promise<void>;
  /** Resolves when it has begun. Rejects as `ProcessStarter.start` does, or with `NotBegun`. */
  readonly started: Promise<StartedProcess>;
  pid: number | undefined;
  foldersClean = false;
  readonly #receive: ReceiveOutput;
  readonly #host: HelpedProcessHost;
  readonly #settleStart: PromiseWithResolvers<StartedProcess>;
  readonly #settleExit = Promise.withResolvers<ProcessExit>();
  readonly #settleOutput = Promise.withResolvers<void>();
  #late: NodeJS.Timeout | undefined;
  /** What came while the receiver was full; null: it is not. */
  #waiting: (readonly [OutputStream, Buffer])[] | null = null;
  #received = 0;
  #exitKnown = false;
  #outputOver = false;
  #wanted = true;

  constructor(process: ProcessToStart, receive: ReceiveOutput, host: HelpedProcessHost) {
    this.process = process;
    this.#receive = receive;
    this.#host = host;
    this.#settleStart = Promise.withResolvers();
    this.started = this.#settleStart.promise;
    this.exited = this.#settleExit.promise;
    this.outputEnded = this.#settleOutput.promise;
    // Of a process that never starts, nobody asks how it ended.
    this.exited.catch(() => {});
  }

  /** Calls `late` when it has not begun after so long. */
  expectWithin(ms: number, late: () => void): void {
    this.#late = setTimeout(late, ms);
  }

  begun(pid: number): void {
    clearTimeout(this.#late);
    this.pid = pid;
    this.#settleStart.resolve(this);
  }

  output(stream: OutputStream, bytes: Buffer): void {
    if (this.#waiting === null) this.#pass(stream, bytes);
    else this.#waiting.push([stream, bytes]);
  }

  /** Told before both its end and that of its output are. */
  clean(): void {
    this.foldersClean = true;
  }

  /** Nobody can write to its output any more. */
  closed(): void {
    this.#outputOver = true;
    if (this.#waiting === null) this.#settleOutput.resolve();
    this.#perhapsOver();
  }

  ended(exit: ProcessExit): void {
    this.#settleExit.resolve(exit);
    this.#exitIsKnown();
  }

  /** It could not be executed. */
  failed(cause: unknown): void {
    this.#settleExit.reject(cause);
    this.#settleStart.reject(cause);
    this.#exitIsKnown();
  }

  /** The helper is gone: whatever it has not told will never be known. */
  lost(): void {
    if (!this.#exitKnown) this.failed(new LostProcess());
    this.closed();
  }

  /** Whether it has not begun and, from now on, never will: see `ProcessToStart.newFolders`. */
  takeBack(): boolean {
    if (this.pid !== undefined) return false;
    try {
      makeFirstFolder(this.process);
    } catch {
      return false;
    }
    clearTimeout(this.#late);
    this.#settleStart.reject(new NotBegun());
    return true;
  }

  closeOutput(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    if (!this.#outputOver) this.#host.close();
    this.#waiting = null;
    this.#settleOutput.resolve();
  }

  /** Where the exit and the end of the output are known, the helper has done it. */
  killGroup(): void {
    if (!this.#exitKnown || !this.#outputOver) signalGroup(this.pid, 'SIGKILL');
  }

  #exitIsKnown(): void {
    clearTimeout(this.#late);
    this.#exitKnown = true;
    this.#perhapsOver();
  }

  #perhapsOver(): void {
    if (this.#exitKnown && this.#outputOver) this.#host.over();
  }

  #pass(stream: OutputStream, bytes: Buffer): void {
    if (!this.#wanted) return;
    const full = this.#receive(stream, bytes);
    if (full === undefined) {
      this.#taken(bytes.length);
      return;
    }
    this.#waiting ??= [];
    const goOn = (): void => {
      this.#taken(bytes.length);
      this.#goOn();
    };
    full.then(goOn, goOn);
  }

  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const [at, [stream, bytes]] of waiting.entries()) {
      this.#pass(stream, bytes);
      if (this.#waiting === null) continue;
      this.#waiting = waiting.slice(at + 1);
      return;
    }
    if (this.#outputOver) this.#settleOutput.resolve();
  }

  #taken(bytes: number): void {
    this.#received += bytes;
    if (this.#received < tellEvery || this.#outputOver) return;
    this.#host.more(this.#received);
    this.#received = 0;
  }
}
