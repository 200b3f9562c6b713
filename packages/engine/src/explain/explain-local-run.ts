// A local run (`mode: local`): one worker carries all of it out. What its steps do follows from the rows as in any run; here is
// what is said of the run itself, and of steps while it has not begun.
import { maxWorkerLosses, type PlanStep, type Work, type WorkerId } from '@millrace/core';
import { deadlinesOf } from './deadlines.ts';
import { explainReady, holderText, type Told } from './explain-work.ts';
import type { Explaining } from './explaining.ts';
import type { Answer, Change, Reason } from './explanation.ts';
import { counted, listed, moment, since } from './moments.ts';

type Counts = Pick<Extract<Reason, { reason: 'local_run' }>, 'underWay' | 'waiting' | 'ended' | 'total'>;

/** The run itself: it waits for a worker, is carried out by one, or has lost it. `doing`: its steps with their reasons. */
export function explainLocalRun(explaining: Explaining, work: Work, doing: readonly string[], counts: Counts): Told {
  const { run } = explaining;
  const subject = `Run ${run.id} of ${run.workspace}/${run.workflow}`;
  if (work.worker === null) return explainReady(explaining, work, `${subject} is a local run and`);
  return carriedOut(explaining, work, work.worker, subject, doing, counts);
}

function carriedOut(
  explaining: Explaining,
  work: Work,
  worker: WorkerId,
  subject: string,
  doing: readonly string[],
  counts: Counts,
): Told {
  const { facts } = explaining;
  const holder = explaining.holder(worker);
  const name = holderText(holder);
  const begun = work.leasedAt ?? work.readyAt;
  if (holder.leaseUntil === null || holder.leaseUntil <= facts.now) {
    const reapedAt = Math.max(facts.now, (holder.leaseUntil ?? facts.now) + facts.reaperMs);
    return {
      reason: { reason: 'worker_lost', since: holder.leaseUntil, reapedAt, holder },
      message: `${subject} lost its worker, ${name}, and its folder with it. ${whatThen(explaining, work)}`,
      changes: [{ by: 'engine', what: whatThen(explaining, work), at: reapedAt, command: null }],
    };
  }
  const steps = doing.length === 0 ? 'It has not told of a step yet.' : `Under way: ${listed(doing)}.`;
  const blocked = counts.waiting === 0 ? '' : ` ${counted(counts.waiting, 'step')} not begun.`;
  const again = work.attempt === 1 ? '' : ` It began again ${work.attempt - 1} times, for its worker was lost.`;
  return {
    reason: { reason: 'local_run', since: begun, holder, ...counts },
    message: `${subject} is carried out by ${name} ${since(begun, facts.now)}. ${steps}${blocked}${again}`,
    changes: [
      { by: 'worker', what: `${name} reports what its steps do.`, at: null, command: null },
      cancelRun(run(explaining)),
    ],
  };
}

const run = ({ run: { id } }: Explaining): string => id;

const cancelRun = (id: string): Change => ({
  by: 'person',
  what: 'Cancel the run.',
  at: null,
  command: `millrace run cancel ${id}`,
});

/** What the loss of its worker means for the run. */
export function whatThen({ plan }: Explaining, { attempt }: Pick<Work, 'attempt'>): string {
  const again = plan.failsOnWorkerLoss !== true && attempt <= maxWorkerLosses;
  return again ? 'The run begins again on another worker.' : 'The run ends as failed.';
}

/** A step of a run that has not begun. */
export function explainUnbegun(explaining: Explaining, step: PlanStep): Answer {
  const { local, facts } = explaining;
  const worker = local?.work?.worker ?? null;
  const holder = worker === null ? null : explaining.holder(worker);
  const where =
    holder === null ? 'no worker has it yet' : `${holderText(holder)} has it and has not said that it began`;
  return {
    step: step.name,
    item: -1,
    iteration: 0,
    attempt: 0,
    reason: 'waiting_for_run',
    holder,
    message: `Step ${step.name} belongs to a local run that has not begun: ${where} (at ${moment(facts.now, facts.now)}).`,
    changes: [
      { by: 'worker', what: 'A worker begins the run.', at: null, command: `millrace explain ${explaining.run.id}` },
    ],
    deadlines: deadlinesOf(explaining, null, null),
  };
}

/** An attempt of a local run that its worker has not begun to execute. */
export function explainNoRoom(explaining: Explaining, work: Work, worker: WorkerId, subject: string): Told {
  const holder = explaining.holder(worker);
  const name = holderText(holder);
  return {
    reason: { reason: 'waiting_for_room', since: work.readyAt, holder },
    message:
      `${subject} is ready ${since(work.readyAt, explaining.facts.now)}; ${name} executes as many steps of a local run at once ` +
      'as it has processors, or has not told yet that it began.',
    changes: [
      { by: 'worker', what: `${name} begins it when another step of the run has ended.`, at: null, command: null },
    ],
  };
}
