import type { Instant, RunControl } from '@millrace/core';
import type { Told } from './explain-work.ts';
import type { Explaining } from './explaining.ts';
import type { Answer, Change } from './explanation.ts';
import { counted, listed, since } from './moments.ts';

type Pause = NonNullable<RunControl['paused']>;

/** The run as a whole, while somebody holds it. What workers hold goes on. */
export function explainPausedRun(
  explaining: Explaining,
  paused: Pause,
  underWay: readonly Answer[],
  waiting: readonly Answer[],
  cancel: Change,
): Told {
  const { run, facts } = explaining;
  const goingOn = underWay.filter(({ reason }) => reason !== 'held');
  const held = underWay.length - goingOn.length;
  const going = goingOn.map(({ step, reason }) => `${step} (${reason})`);
  const rest = going.length === 0 ? '' : ` What was under way goes on: ${listed(going)}.`;
  const { at, by, reason: comment } = paused;
  return {
    reason: {
      reason: 'paused',
      since: at,
      pausedBy: by,
      comment,
      withParent: paused.withParent === true,
      held,
      underWay: goingOn.length,
      waiting: waiting.length,
    },
    message:
      `Run ${run.id} of ${run.workspace}/${run.workflow} is paused ${since(at, facts.now)}: ${pauseText(explaining, paused)}. ` +
      `Nothing begins in it; ${counted(held, 'step')} ${held === 1 ? 'is' : 'are'} held.${rest}`,
    changes: [...resumeChanges(explaining, paused), cancel],
  };
}

/** A step run that may begin as soon as the run is resumed. */
export function explainHeld(explaining: Explaining, paused: Pause, readyAt: Instant, subject: string): Told {
  const begun = Math.max(readyAt, paused.at);
  return {
    reason: { reason: 'held', since: begun },
    message: `${subject} is held ${since(begun, explaining.facts.now)}: ${pauseText(explaining, paused)}.`,
    changes: resumeChanges(explaining, paused),
  };
}

function pauseText({ run }: Explaining, { by, reason, withParent }: Pause): string {
  const why = reason === null ? '' : ` (${reason})`;
  return withParent === true && run.parent !== null
    ? `${by} paused its parent, run ${run.parent.run}${why}`
    : `${by} paused the run${why}`;
}

export function resumeChanges({ run }: Explaining, { withParent }: Pause): readonly Change[] {
  const own: Change = {
    by: 'person',
    what: 'Resume the run.',
    at: null,
    command: `millrace run resume ${run.id}`,
  };
  if (withParent !== true || run.parent === null) return [own];
  const parent: Change = {
    by: 'person',
    what: 'Resume its parent, and this run with it.',
    at: null,
    command: `millrace run resume ${run.parent.run}`,
  };
  return [parent, { ...own, what: 'Resume this run alone.' }];
}
