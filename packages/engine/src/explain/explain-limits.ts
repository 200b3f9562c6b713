import {
  type Demand,
  demandText,
  type EngineWaitDocument,
  formatDuration,
  type Instant,
  type QueuedDocument,
  type SlotsDetail,
  type StepKey,
  type Wait,
} from '@millrace/core';
import type { LimitDetail, SlotPosition } from '../ports/queries.ts';
import type { Told } from './explain-work.ts';
import type { Explaining } from './explaining.ts';
import type { Change, LimitHolder, LimitOutlook } from './explanation.ts';
import { stepNameKey } from './facts.ts';
import { counted, listed, moment, since } from './moments.ts';

/** How many holders are told of each limit. */
const mostHolders = 10;

/** An attempt at the gate of its limits. */
export function explainSlots(explaining: Explaining, wait: Wait, subject: string): Told {
  const { readyAt, detail } = JSON.parse(wait.document ?? 'null') as EngineWaitDocument;
  return explainLine(explaining, wait, readyAt, (detail as SlotsDetail | undefined)?.demands ?? [], subject);
}

/** A run that is queued; null: it is not. */
export function explainQueued(explaining: Explaining): Told | null {
  const { run, runWaits } = explaining;
  const wait = runWaits.find(({ kind }) => kind === 'slots');
  if (wait === undefined) return null;
  const { demands } = JSON.parse(wait.document ?? 'null') as QueuedDocument;
  const told = explainLine(
    explaining,
    wait,
    run.createdAt,
    demands,
    `Run ${run.id} of ${run.workspace}/${run.workflow}`,
  );
  const cancel = { by: 'person', what: 'Cancel the run.', at: null, command: `millrace run cancel ${run.id}` } as const;
  return { ...told, changes: [...told.changes, cancel] };
}

/** What a wait asks for, of a step or of the run. */
export function demandsOfWait({ step, document }: Wait): readonly Demand[] {
  if (step === -1) return (JSON.parse(document ?? 'null') as QueuedDocument).demands;
  const { detail } = JSON.parse(document ?? 'null') as EngineWaitDocument;
  return (detail as SlotsDetail | undefined)?.demands ?? [];
}

function explainLine(
  explaining: Explaining,
  wait: StepKey,
  begun: Instant,
  demands: readonly Demand[],
  subject: string,
): Told {
  const { now } = explaining.facts;
  const limits = demands.map((demand) => outlookOf(explaining, wait, demand));
  const blocking = limits.filter(isInTheWay);
  const texts = (blocking.length === 0 ? limits : blocking).map((limit) => limitText(limit, now));
  const rest = blocking.length === 0 ? ' There is room; it is given it next.' : '';
  return {
    reason: { reason: 'waiting_for_limits', since: begun, limits },
    message: `${subject} waits ${since(begun, now)} for ${listed(texts)}.${rest}`,
    changes: changesOf(blocking, now),
  };
}

function outlookOf({ facts, run }: Explaining, wait: StepKey, demand: Demand): LimitOutlook {
  const detail = facts.limits.get(demandText(demand));
  return {
    kind: demand.kind,
    key: demand.key,
    limit: demand.limit,
    perMs: demand.kind === 'rate' ? demand.perMs : null,
    whenFull: demand.kind === 'concurrency' ? demand.whenFull : null,
    held: detail?.held ?? 0,
    ahead: detail === undefined ? null : placeInLine(detail, { ...wait, run: run.id, since: 0 }),
    holders: (detail?.holders ?? []).slice(0, mostHolders).map(
      ({ run: holder, step, item, since: at }): LimitHolder => ({
        run: holder,
        step: step === -1 ? null : (facts.stepNames.get(stepNameKey(holder, step)) ?? `${step}`),
        item,
        since: at,
      }),
    ),
    freeAt: detail?.freeAt ?? null,
  };
}

/** null: it stands behind those that were read, or was granted just now. */
function placeInLine({ waiters }: LimitDetail, own: SlotPosition): number | null {
  const place = waiters.findIndex(
    ({ run, step, item, iteration }) =>
      run === own.run && step === own.step && item === own.item && iteration === own.iteration,
  );
  return place === -1 ? null : place;
}

const isInTheWay = ({ held, limit, freeAt, ahead }: LimitOutlook): boolean =>
  held >= limit || freeAt !== null || (ahead ?? 0) > 0;

function limitText(limit: LimitOutlook, now: Instant): string {
  const { kind, key, held, ahead, holders, freeAt, perMs } = limit;
  const line = ahead === null || ahead === 0 ? '' : `, with ${counted(ahead, 'other')} before it in line`;
  if (kind === 'rate') {
    const free = freeAt === null ? '' : `, which has room again at ${moment(freeAt, now)}`;
    return `the rate ${key} (${limit.limit} in ${formatDuration(perMs ?? 0)})${free}${line}`;
  }
  const name = kind === 'queue' ? `queue ${key}` : `the key ${key}`;
  const [first] = holders;
  const by = first === undefined ? '' : `: ${listed(holders.map(holderText), 3)}, the first ${since(first.since, now)}`;
  return `${name} (${held} of ${limit.limit} held${by})${line}`;
}

const holderText = ({ run, step, item }: LimitHolder): string =>
  step === null ? `run ${run}` : `step ${step}${item < 0 ? '' : ` item ${item}`} of run ${run}`;

function changesOf(blocking: readonly LimitOutlook[], now: Instant): readonly Change[] {
  if (blocking.length === 0)
    return [{ by: 'engine', what: 'The engine grants what it waits for.', at: null, command: null }];
  return blocking.flatMap((limit): Change[] => {
    const { kind, key, holders, freeAt } = limit;
    if (kind === 'rate') {
      return [{ by: 'clock', what: `The rate ${key} has room again.`, at: freeAt ?? now, command: null }];
    }
    const [first] = holders;
    const name = kind === 'queue' ? `queue ${key}` : `the key ${key}`;
    if (first === undefined) {
      return [{ by: 'engine', what: `Those before it in the line for ${name} are served.`, at: null, command: null }];
    }
    return [
      { by: 'run', what: `Run ${first.run} lets ${name} go.`, at: null, command: `millrace explain ${first.run}` },
      { by: 'person', what: `Cancel what holds ${name}.`, at: null, command: `millrace run cancel ${first.run}` },
    ];
  });
}
