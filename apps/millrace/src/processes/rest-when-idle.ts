// V8 gives memory back only while it works: a server that was busy, if only by starting, keeps what it needed for that as long as
// nothing happens. So a process that stays collects its garbage once when it has come to rest.
import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What happened since the last look, and what the heap has. */
export type Idleness = Readonly<{
  /** The part of the time in which the event loop worked, from 0 to 1. */
  utilization: number;
  heapBytes: number;
  /** What the heap had after the last rest; null: there was none. */
  restedBytes: number | null;
}>;

const lookEveryMs = 5_000;
const idleBelow = 0.05;
/** Less than that is not worth the work. */
const worthBytes = 12e6;
/** A rest takes about a millisecond for each megabyte that is in use, and whoever calls meanwhile waits: larger heaps stay as they are. */
const largestHeapBytes = 256e6;

export function shouldRest({ utilization, heapBytes, restedBytes }: Idleness): boolean {
  if (utilization >= idleBelow || heapBytes > largestHeapBytes) return false;
  return restedBytes === null || heapBytes - restedBytes >= worthBytes;
}

/** Looks now and then whether to rest, until the answer is called. It keeps no process alive. */
export function restWhenIdle(collect: () => void = collectGarbage): () => void {
  let last = performance.eventLoopUtilization();
  let restedBytes: number | null = null;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    if (!shouldRest({ utilization, heapBytes: heapBytes(), restedBytes })) return;
    collect();
    restedBytes = heapBytes();
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** All that the heap has from the system, in use or not. */
export const heapBytes = (): number => v8.getHeapStatistics().total_physical_size;

/** A whole collection, after which the young generation is small again. Node has it behind a flag only. */
export function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
