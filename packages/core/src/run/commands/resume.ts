import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { resumeRun } from '../pause-run.ts';

/** Somebody resumes the run, whoever paused it; a child also while its parent stays paused. */
export function resume(decision: Deciding, { by }: Extract<Command, { type: 'resume' }>): Rejection | null {
  const { paused, head } = decision.state;
  if (paused === null) return { code: 'not_paused', message: `The run is not paused: it is ${head.status}.` };
  resumeRun(decision, by);
  return null;
}
