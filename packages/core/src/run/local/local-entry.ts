// The record of a local run: what its worker did, in order, so that a server can do the same to its own copy of the run.
import type { AttemptResult } from '../command.ts';
import type { AttemptKey, Instant, WaitKind } from '../records.ts';

/** One thing that happened inside a local run, with the time at which its worker decided on it. */
export type LocalEntry = Readonly<{ at: Instant; command: LocalCommand }>;

export type LocalCommand =
  /** Always the first: the run begins. */
  | Readonly<{ type: 'begin' }>
  /** A body is executed from now on. */
  | Readonly<{ type: 'attempt_began'; key: AttemptKey }>
  | Readonly<{ type: 'attempt_finished'; key: AttemptKey; result: AttemptResult }>
  | Readonly<{ type: 'timer_fired'; key: AttemptKey; kind: WaitKind }>
  /** It heard that it should stop. */
  | Readonly<{ type: 'stop'; force: boolean }>;
