// One process of a step: own session and process group, output to the log with back-pressure, a stop that always ends.
//
//   running ─ exits ─▶ draining ─ its output is over ─▶ done      (what is left of its group is killed)
//      │                  └─ a background process keeps a pipe open: after `drainMs` it is killed, after as long again
//      │                     the pipes are closed from our side
//      └─ asked to stop ─ SIGTERM to the group ─ graceMs (or `killed`) ─ SIGKILL to the group ─▶ exits
import { type LogSink, type StopReason, stopReasonOf } from '../executor.ts';
import { killMarkedProcesses } from './marked-processes.ts';
import { signalGroup } from './starting/process-group.ts';
import {
  LostProcess,
  type OutputStream,
  type ProcessStarter,
  type ProcessToStart,
  type StartedProcess,
} from './starting/process-starter.ts';
import { startFault } from './starting/start-fault.ts';

export type ProcessRequest = ProcessToStart &
  Readonly<{
    log: LogSink;
    signal: AbortSignal;
    killed: AbortSignal;
    graceMs: number;
    /** A piece of environment (`NAME=value`) that only this attempt's processes have: finds those that left the group. */
    marker: string | null;
    onStdout?: (bytes: Buffer) => void;
  }>;

export type ProcessEnd = Readonly<{
  exitCode: number | null;
  exitSignal: string | null;
  /** Why it was asked to stop; null when it ended by itself. */
  stopped: StopReason | null;
  /** `StartedProcess.foldersClean`, at the end. */
  foldersClean: boolean;
  /** The last line of stderr that is not blank, cut to 500 characters. */
  lastErrorLine: string;
}>;

/** How long after the process's end its pipes may stay open without anything arriving. */
const drainMs = 1_000;
/** The longest drain of a background process that keeps writing. */
const maxDrainMs = 10_000;
const errorTailBytes = 4_096;

/** Runs a process to its end. Throws a StepFault when it cannot be started. */
export async function runProcess(starter: ProcessStarter, request: ProcessRequest): Promise<ProcessEnd> {
  if (request.signal.aborted) {
    const stopped = stopReasonOf(request.signal);
    return { exitCode: null, exitSignal: null, stopped, foldersClean: false, lastErrorLine: '' };
  }
  const output = new Output(request);
  const receive = (stream: OutputStream, bytes: Buffer) => output.receive(stream, bytes);
  const child = await starter.start(request, receive).catch((cause: unknown) => notStarted(request, cause));
  const stopping = stopOnSignals(child, request);
  try {
    const { exitCode, exitSignal } = await child.exited.catch((cause: unknown) => notStarted(request, cause));
    // A stop that arrives after the exit changes nothing about how the process ended.
    const stopped = stopping.reason;
    await drain(child, output, request.marker);
    const { foldersClean } = child;
    return { exitCode, exitSignal, stopped, foldersClean, lastErrorLine: lastLine(output.errorTail) };
  } finally {
    stopping.end();
    child.killGroup();
  }
}

/** Nothing of a process that is lost may go on. */
async function notStarted({ program, marker }: ProcessRequest, cause: unknown): Promise<never> {
  if (cause instanceof LostProcess && marker !== null) await killMarkedProcesses(marker);
  throw startFault(program, cause);
}

/** What a process writes, on its way to the log. */
class Output {
  readonly #request: ProcessRequest;
  /** The end of standard error. */
  errorTail: Buffer = Buffer.alloc(0);
  /** How many bytes came. */
  received = 0;
  /** How many pieces the log has not taken yet. */
  waiting = 0;

  constructor(request: ProcessRequest) {
    this.#request = request;
  }

  receive(stream: OutputStream, bytes: Buffer): Promise<void> | undefined {
    this.received += bytes.length;
    if (stream === 'stdout') this.#request.onStdout?.(bytes);
    else this.#keepTail(bytes);
    const full = this.#request.log.write(stream, bytes);
    if (full === undefined) return undefined;
    this.waiting++;
    const taken = (): void => {
      this.waiting--;
    };
    return full.then(taken, taken);
  }

  #keepTail(bytes: Buffer): void {
    const joined = bytes.length >= errorTailBytes ? bytes : Buffer.concat([this.errorTail, bytes]);
    this.errorTail = joined.length > errorTailBytes ? joined.subarray(joined.length - errorTailBytes) : joined;
  }
}

/** Waits for the output after the exit; ends background processes that hold it. */
async function drain(child: StartedProcess, output: Output, marker: string | null): Promise<void> {
  let over = false;
  const ended = child.outputEnded.then(() => {
    over = true;
  });
  const quiet = async (): Promise<void> => {
    let waitedMs = 0;
    let quietMs = 0;
    let seen = output.received;
    while (!over && quietMs < drainMs && waitedMs < maxDrainMs) {
      await Promise.race([ended, pause(50)]);
      // Time in which the log could not take more does not count.
      if (output.waiting > 0) continue;
      waitedMs += 50;
      quietMs = output.received === seen ? quietMs + 50 : 0;
      seen = output.received;
    }
  };
  // Most processes leave nothing behind: their output is over in the same turn as the exit, without any timer.
  await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
  if (over) return;
  await quiet();
  if (over) return;
  child.killGroup();
  if (marker !== null) await killMarkedProcesses(marker);
  await quiet();
  child.closeOutput();
  await ended;
}

function stopOnSignals(child: StartedProcess, request: ProcessRequest): { reason: StopReason | null; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    stopping.reason ??= request.signal.aborted ? stopReasonOf(request.signal) : stopReasonOf(request.killed);
    child.killGroup();
  };
  const stop = (): void => {
    stopping.reason ??= stopReasonOf(request.signal);
    signalGroup(child.pid, 'SIGTERM');
    timer = setTimeout(kill, request.graceMs);
  };
  const stopping = {
    reason: null as StopReason | null,
    end(): void {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', stop);
      request.killed.removeEventListener('abort', kill);
    },
  };
  request.signal.addEventListener('abort', stop, { once: true });
  request.killed.addEventListener('abort', kill, { once: true });
  // It may have been asked to stop while it was started.
  if (request.killed.aborted) kill();
  else if (request.signal.aborted) stop();
  return stopping;
}

const lastLine = (bytes: Buffer): string => {
  const lines = bytes.toString('utf8').split(/[\r\n]+/);
  return (lines.findLast((line) => line.trim() !== '') ?? '').trim().slice(0, 500);
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
