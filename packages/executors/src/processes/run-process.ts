// One process of a step: own session and process group, output to the log with back-pressure, a stop that always ends.
//
//   running ─ exits ─▶ draining ─ both pipes closed ─▶ done      (what is left of its group is killed)
//      │                  └─ a background process keeps a pipe open: after `drainMs` it is killed, after as long again
//      │                     the pipes are closed from our side
//      └─ asked to stop ─ SIGTERM to the group ─ graceMs (or `killed`) ─ SIGKILL to the group ─▶ exits
import type { Readable } from 'node:stream';
import { type LogSink, type StopReason, stopReasonOf } from '../executor.ts';
import { killMarkedProcesses } from './marked-processes.ts';
import {
  LostProcess,
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
    return { exitCode: null, exitSignal: null, stopped: stopReasonOf(request.signal), lastErrorLine: '' };
  }
  const child = await starter.start(request).catch((cause: unknown) => notStarted(request, cause));
  const stopping = stopOnSignals(child, request);
  const errorTail = { bytes: Buffer.alloc(0) };
  const streams = { paused: 0, received: 0 };
  const pipes = Promise.all([
    pump(child.stdout, streams, (bytes) => {
      request.onStdout?.(bytes);
      return request.log.write('stdout', bytes);
    }),
    pump(child.stderr, streams, (bytes) => {
      keepTail(errorTail, bytes);
      return request.log.write('stderr', bytes);
    }),
  ]);
  try {
    const { exitCode, exitSignal } = await child.exited.catch((cause: unknown) => notStarted(request, cause));
    // A stop that arrives after the exit changes nothing about how the process ended.
    const stopped = stopping.reason;
    await drain(child, pipes, streams, request.marker);
    return { exitCode, exitSignal, stopped, lastErrorLine: lastLine(errorTail.bytes) };
  } finally {
    stopping.end();
    killGroup(child, 'SIGKILL');
  }
}

/** Nothing of a process that is lost may go on. */
async function notStarted({ program, marker }: ProcessRequest, cause: unknown): Promise<never> {
  if (cause instanceof LostProcess && marker !== null) await killMarkedProcesses(marker);
  throw startFault(program, cause);
}

/** Passes a stream on and waits whenever the receiver is full. Resolves when the stream is over, however it ends. */
function pump(
  stream: Readable,
  streams: { paused: number; received: number },
  receive: (bytes: Buffer) => Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      streams.paused--;
      stream.resume();
    };
    stream.on('data', (bytes: Buffer) => {
      streams.received += bytes.length;
      const full = receive(bytes);
      if (full === undefined) return;
      streams.paused++;
      stream.pause();
      full.then(goOn, goOn);
    });
    stream.once('error', () => resolve());
    stream.once('close', () => resolve());
  });
}

/** Waits for the pipes after the exit; ends background processes that keep them open. */
async function drain(
  child: StartedProcess,
  pipes: Promise<unknown>,
  streams: { paused: number; received: number },
  marker: string | null,
): Promise<void> {
  let over = false;
  const ended = pipes.then(() => {
    over = true;
  });
  const quiet = async (): Promise<void> => {
    let waitedMs = 0;
    let quietMs = 0;
    let seen = streams.received;
    while (!over && quietMs < drainMs && waitedMs < maxDrainMs) {
      await Promise.race([ended, pause(50)]);
      // Time in which the log could not take more does not count.
      if (streams.paused > 0) continue;
      waitedMs += 50;
      quietMs = streams.received === seen ? quietMs + 50 : 0;
      seen = streams.received;
    }
  };
  // Most processes leave nothing behind: their pipes close in the same turn as the exit, without any timer.
  await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
  if (over) return;
  await quiet();
  if (over) return;
  killGroup(child, 'SIGKILL');
  if (marker !== null) await killMarkedProcesses(marker);
  await quiet();
  child.stdout.destroy();
  child.stderr.destroy();
  await ended;
}

function stopOnSignals(child: StartedProcess, request: ProcessRequest): { reason: StopReason | null; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    stopping.reason ??= request.signal.aborted ? stopReasonOf(request.signal) : stopReasonOf(request.killed);
    killGroup(child, 'SIGKILL');
  };
  const stop = (): void => {
    stopping.reason ??= stopReasonOf(request.signal);
    killGroup(child, 'SIGTERM');
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

/** A negative process id means the whole group. The group may be gone already, which is what is wanted. */
function killGroup({ pid }: StartedProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // One that became another user's, and whatever else cannot be signalled, is for its parent.
  }
}

function keepTail(tail: { bytes: Buffer }, bytes: Buffer): void {
  const joined = bytes.length >= errorTailBytes ? bytes : Buffer.concat([tail.bytes, bytes]);
  tail.bytes = joined.length > errorTailBytes ? joined.subarray(joined.length - errorTailBytes) : joined;
}

const lastLine = (bytes: Buffer): string => {
  const lines = bytes.toString('utf8').split(/[\r\n]+/);
  return (lines.findLast((line) => line.trim() !== '') ?? '').trim().slice(0, 500);
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
