import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { stopRun } from '../stop-run.ts';

/** Somebody cancels the run. A second time, only with `force`: then nothing is waited for any more. */
export function cancel(
  decision: Deciding,
  { by, reason, force }: Extract<Command, { type: 'cancel' }>,
): Rejection | null {
  const current = decision.state.cancel;
  if (current?.kind === 'cancel' && !force) {
    return {
      code: 'already_cancelling',
      message: `The run is being cancelled already, by ${current.by}. Cancel it with force to end it at once.`,
    };
  }
  const request = current?.kind === 'cancel' ? current : { at: decision.now, by, reason, kind: 'cancel' as const };
  stopRun(decision, request, force);
  return null;
}
