import { capabilitiesOf, type Lane, maxWorkerLosses, type PlanStep, type Work, type WorkerId } from '@millrace/core';
import { explainNoRoom, whatThen } from './explain-local-run.ts';
import { type Explaining, planStep } from './explaining.ts';
import type { Change, Holder, NearestWorker, Reason, WorkerSearch } from './explanation.ts';
import { counted, listed, moment, since } from './moments.ts';
import { attemptsOf, type StepRows } from './run-rows.ts';

/** The part of an answer that depends on its reason. */
export type Told = Readonly<{ reason: Reason; message: string; changes: readonly Change[] }>;

/** An attempt that is ready or leased. `subject` names its step or item in messages. */
export function explainWork(explaining: Explaining, rows: StepRows, work: Work, subject: string): Told {
  const own = explaining.local?.work?.worker ?? null;
  if (work.worker !== null) return explainLeased(explaining, rows, work, work.worker, subject);
  return own === null ? explainReady(explaining, work, subject) : explainNoRoom(explaining, work, own, subject);
}

export function explainReady({ search, facts }: Explaining, work: Work, subject: string): Told {
  const found = search(work.lane);
  const begun = since(work.readyAt, facts.now);
  return {
    reason: { reason: 'waiting_for_worker', since: work.readyAt, ...found },
    message: `${subject} waits for a worker ${begun}. ${whyNoWorker(found)}`,
    changes: workerChanges(found),
  };
}

function whyNoWorker(search: WorkerSearch): string {
  const { connected, matching, busy, stopping, draining, nearest, ready } = search;
  const wanted = laneText(search);
  if (connected === 0) return `No worker is connected; it needs ${wanted}.`;
  if (nearest !== null) {
    const count = connected === 1 ? 'the connected one' : `the ${connected} connected ones`;
    return `It needs ${wanted}, and ${count} cannot take it: ${nearest.name} comes nearest, but ${lackText(nearest, search)}.`;
  }
  const others =
    ready > 1 ? ` ${counted(ready - 1, 'other attempt')} of the same kind wait${ready === 2 ? 's' : ''} too.` : '';
  if (matching > 0 && draining.length === matching) {
    const all = matching === 1 ? 'The worker that can take it is' : `All ${matching} workers that can take it are`;
    return `${all} draining: ${listed(draining.map(({ name }) => name))}.${others}`;
  }
  const free = matching - busy - stopping - draining.length;
  if (free <= 0) {
    const how = [
      busy > 0 ? `${busy} busy` : '',
      draining.length > 0 ? `${draining.length} draining` : '',
      stopping > 0 ? `${stopping} stopping` : '',
    ].filter((text) => text !== '');
    return `Of ${counted(connected, 'connected worker')} ${matching} can take it; none has room (${how.join(', ')}).${others}`;
  }
  return `${counted(free, 'worker')} that can take it ${free === 1 ? 'has' : 'have'} room and will be given it next.${others}`;
}

function laneText({ queue, capability, labels }: WorkerSearch): string {
  const able = plural('capability', 'capabilities', capabilitiesOf({ capability }));
  const marks = labels.length === 0 ? '' : ` and ${plural('label', 'labels', labels)}`;
  return `one for queue ${queue} with ${able}${marks}`;
}

const plural = (one: string, many: string, names: readonly string[]): string =>
  `${names.length === 1 ? one : many} ${listed(names)}`;

function lackText(nearest: NearestWorker, { queue }: WorkerSearch): string {
  const { lacksWorkspace, lacksQueue, lacksCapabilities, lacksLabels } = nearest;
  const lacks = [
    lacksCapabilities.length === 0 ? '' : plural('capability', 'capabilities', lacksCapabilities),
    lacksQueue ? `queue ${queue}` : '',
    lacksLabels.length === 0 ? '' : plural('label', 'labels', lacksLabels),
  ].filter((text) => text !== '');
  return [
    ...(lacks.length === 0 ? [] : [`it has not ${listed(lacks)}`]),
    ...(lacksWorkspace ? ['it may not serve this workspace'] : []),
  ].join(', and ');
}

function workerChanges(search: WorkerSearch): readonly Change[] {
  const { matching, busy, stopping, draining } = search;
  const start: Change = {
    by: 'person',
    what: `Start a worker: ${laneText(search)}.`,
    at: null,
    command: workCommand(search),
  };
  if (matching === 0) return [start];
  if (busy + stopping + draining.length < matching)
    return [{ by: 'worker', what: 'A worker with room takes it.', at: null, command: null }];
  const [drained] = draining;
  const resume: Change[] =
    drained === undefined
      ? []
      : [
          {
            by: 'person',
            what: `Let ${drained.name} take work again.`,
            at: null,
            command: `millrace worker resume ${quoted(drained.name)}`,
          },
        ];
  if (busy === 0) return [...resume, start];
  const ends: Change = {
    by: 'worker',
    what: 'A worker that can take it ends something else.',
    at: null,
    command: null,
  };
  return [ends, ...resume, start];
}

/** What `millrace work` has by itself is not named. */
function workCommand({ queue, capability, labels }: Lane): string {
  const wanted = capabilitiesOf({ capability });
  const executed = wanted.filter((one) => one !== 'shared_folder' && one !== 'local');
  const options = [
    queue === 'default' ? '' : ` --queues ${quoted(queue)}`,
    executed.every((one) => one === 'shell' || one === 'script') ? '' : ` --capabilities ${executed.join(',')}`,
    wanted.includes('shared_folder') ? ' --shared-folder /mnt/millrace' : '',
    labels.length === 0 ? '' : ` --labels ${quoted(labels.join(','))}`,
  ];
  return `millrace work${options.join('')}`;
}

const quoted = (text: string): string => (/^[\w.,:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function explainLeased(explaining: Explaining, rows: StepRows, work: Work, worker: WorkerId, subject: string): Told {
  const { facts } = explaining;
  const holder = explaining.holder(worker);
  if (holder.leaseUntil === null || holder.leaseUntil <= facts.now)
    return explainLost(explaining, rows, work, holder, subject);
  const begun = work.leasedAt ?? work.readyAt;
  const name = holderText(holder);
  const line =
    (holder.held ?? 0) > (holder.slots ?? 0)
      ? ` It holds ${holder.held} attempts for ${counted(holder.slots ?? 0, 'slot')}, so this one may still wait in its line.`
      : '';
  const heard = holder.heardAt === null ? '' : ` The worker was heard of about ${moment(holder.heardAt, facts.now)}.`;
  return {
    reason: { reason: 'running', since: begun, holder },
    message: `${subject} runs on ${name} ${since(begun, facts.now)}.${line}${heard}`,
    changes: [
      { by: 'worker', what: `${name} reports its end.`, at: null, command: null },
      {
        by: 'engine',
        what: `If ${name} is not heard of until then, the attempt counts as lost.`,
        at: holder.leaseUntil,
        command: null,
      },
    ],
  };
}

function explainLost(explaining: Explaining, rows: StepRows, work: Work, holder: Holder, subject: string): Told {
  const { facts } = explaining;
  const { leaseUntil } = holder;
  const reapedAt = Math.max(facts.now, (leaseUntil ?? facts.now) + facts.reaperMs);
  const name = holderText(holder);
  const what =
    leaseUntil === null
      ? `${name} held it and is not known any more.`
      : `${name} was not heard of; its lease is over ${since(leaseUntil, facts.now)}.`;
  return {
    reason: { reason: 'worker_lost', since: leaseUntil, reapedAt, holder },
    message: `${subject} lost its worker: ${what} The engine ends the attempt by about ${moment(reapedAt, facts.now)}.`,
    changes: [
      {
        by: 'engine',
        what: afterLoss(explaining, rows, work),
        at: reapedAt,
        command: null,
      },
    ],
  };
}

function afterLoss(explaining: Explaining, rows: StepRows, work: Work): string {
  const own = explaining.local?.work;
  if (own != null) return `The engine ends the lost attempt. ${whatThen(explaining, own)}`;
  return survivesLoss(planStep(explaining, work.step), rows, work)
    ? 'The engine ends the lost attempt, and the next one begins on another worker.'
    : 'The engine ends it as failed: it lost too many workers.';
}

/** Whether another attempt follows the loss of this one (a `retry.when` aside, which only the engine evaluates). */
function survivesLoss({ retry }: PlanStep, rows: StepRows, { item, attempt }: Work): boolean {
  const before = attemptsOf(rows, item).filter((ended) => ended.attempt > 0 && ended.attempt < attempt);
  if (retry?.countWorkerLoss === true) return before.length + 1 < retry.attempts;
  return before.filter(({ reason }) => reason === 'worker_lost').length < maxWorkerLosses;
}

export const holderText = ({ name, worker, host }: Holder): string =>
  name === null ? `Worker ${worker}` : `worker ${name}${host === null || host === '' ? '' : ` on ${host}`}`;
