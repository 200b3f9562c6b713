import type { RefusalReason } from '../limits/demand.ts';
import type { RunId } from '../values/ids.ts';
import type { Deciding } from './deciding.ts';
import type { Fault } from './fault.ts';
import { stopRun } from './stop-run.ts';

type Refusal = Readonly<{ reason: RefusalReason; limit: string; by: RunId | null }>;

/** A queued run will not get its slots: it ends without having begun. False: it does not wait for any. */
export function refuseQueuedRun(decision: Deciding, refusal: Refusal): boolean {
  if (decision.state.queued === null) return false;
  endUnbegunRun(decision, refusal.reason === 'circle' ? 'failed' : 'cancelled', refusalFault(refusal));
  return true;
}

/** Ends a run of which nothing has begun, with this error. */
export function endUnbegunRun(decision: Deciding, status: 'cancelled' | 'failed', error: Fault): void {
  const cancel = {
    at: decision.now,
    by: 'limits',
    reason: error.message,
    kind: 'cancel',
    end: { status, error },
  } as const;
  stopRun(decision, cancel, false);
}

function refusalFault({ reason, limit, by }: Refusal): Fault {
  switch (reason) {
    case 'full':
      return {
        code: 'concurrency_skipped',
        message: `The key ${limit} was full, and the workflow says when_full: skip.`,
        hint: 'Start it again when the key is free, or let it wait: when_full: queue.',
      };
    case 'superseded':
      return {
        code: 'concurrency_superseded',
        message: `Run ${by} took its place in the line for the key ${limit} (when_full: cancel_oldest).`,
      };
    case 'circle':
      return {
        code: 'limit_circle',
        message: `The run waited for the key ${limit} in a circle: what started it holds what the holder of that key waits for.`,
        hint: 'Take all keys in one place: as a list in the `concurrency` of the workflow that starts first.',
      };
  }
}
