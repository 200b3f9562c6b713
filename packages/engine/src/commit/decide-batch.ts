import type { Changes, Command, Decision, Instant, Rejection, RunState, WaitKind, Work } from '@millrace/core';
import { ChangeSet, decide, isNothing, isRunEnd, noteLease, startRun } from '@millrace/core';
import { attemptRef } from '../dispatch/attempt-ref.ts';
import type { ConnectedWorker } from '../dispatch/connected-worker.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { OutboxKey, RunCommit } from '../ports/run-store.ts';
import type { Aggregate, Entry, Question } from './aggregate.ts';

/** One run's share of a commit under way. */
export type Decided = Readonly<{
  aggregate: Aggregate;
  commit: RunCommit;
  /** Settled when the commit is. */
  entries: readonly Entry[];
  /**
   * Refused because of what this commit changes (the second telling of a result, say). Whether that stands is known when
   * the commit is: until then nobody may be told that the command is dealt with.
   */
  refused: readonly Refused[];
  /** `of`: the work as it was decided, which nobody held. */
  leases: readonly Readonly<{ worker: ConnectedWorker; work: Work; of: Work }>[];
}>;

export type Refused = Readonly<{ entry: Entry; rejection: Rejection }>;

/**
 * Commands that withdraw or stop work must know who holds it. Other servers lease work without telling, so these are decided
 * on a copy that was loaded for them.
 */
function mustSeeLeases(command: Command | Question): boolean {
  if (typeof command === 'function') return false;
  if (command.type === 'timer_fired') return !withoutLeases.has(command.kind);
  return command.type === 'cancel' || command.type === 'pause' || command.type === 'parent_turned';
}

/** Timers of what no worker holds. */
const withoutLeases: ReadonlySet<WaitKind> = new Set(['retry', 'delay', 'timer', 'approval', 'event']);

/**
 * Decides on everything that waits in a run's mailbox, as one change. null: nothing is to be committed (all was rejected,
 * or must be decided again on a fresh copy, in which case the aggregate is marked as outdated).
 */
export function decideAll(aggregate: Aggregate, dispatcher: Dispatcher, now: Instant): Decided | null {
  const { plan, origin } = aggregate;
  if (plan === null || origin === null) throw new Error(`Run ${aggregate.id} has no plan: it was not loaded.`);
  const entries = aggregate.mailbox;
  aggregate.mailbox = [];
  const applied: Entry[] = [];
  const refused: Refused[] = [];
  const delivered: OutboxKey[] = [];
  let changes: Changes | null = null;
  let set: ChangeSet | null = null;
  let taken = 0;
  for (const entry of entries) {
    taken += 1;
    if (entry.command !== null && !entry.loadedFor && mustSeeLeases(entry.command) && aggregate.creation === null) {
      again(aggregate, entry);
      continue;
    }
    const decision =
      aggregate.state === null
        ? startRun(plan, origin, aggregate.creation?.input ?? {}, now, aggregate.creation?.kept)
        : entry.command === null
          ? null
          : typeof entry.command === 'function'
            ? answer(entry.command, aggregate.state)
            : decide(plan, aggregate.state, entry.command, now);
    if (decision === null) {
      applied.push(entry);
    } else if ('rejection' in decision) {
      if (entry.loadedFor) refused.push({ entry, rejection: decision.rejection });
      else again(aggregate, entry);
    } else {
      aggregate.state = decision.state;
      if (changes === null) {
        changes = decision.changes;
      } else {
        if (set === null) {
          set = new ChangeSet();
          set.add(changes);
        }
        set.add(decision.changes);
      }
      applied.push(entry);
      if (entry.delivered !== null) delivered.push(entry.delivered);
      if (decision.changes.workHeld.length > 0) {
        // What is held is known when the commit is: somebody may take some of it meanwhile. The rest sees a fresh copy.
        aggregate.mailbox.push(...entries.slice(taken));
        aggregate.outdated = true;
        break;
      }
    }
  }
  if (set !== null) changes = set.toChanges();
  const status = aggregate.state?.head.status ?? 'queued';
  if (changes === null || (isNothing(changes) && aggregate.creation === null && delivered.length === 0)) {
    for (const entry of applied) entry.settle({ kind: 'applied', status });
    settleRefused(refused);
    return null;
  }
  const leases = changes.work.length === 0 ? noLeases : leaseWork(aggregate, changes.work, dispatcher, now);
  const { creation } = aggregate;
  return {
    aggregate,
    entries: applied,
    refused,
    leases,
    commit: {
      id: aggregate.id,
      expectedVersion: aggregate.version,
      create: creation === null ? null : { origin, input: creation.inputText },
      changes: leases.length === 0 ? changes : { ...changes, work: withLeases(changes.work, leases) },
      delivered,
    },
  };
}

type Lease = Decided['leases'][number];
const noLeases: readonly Lease[] = [];

/** Gives new work to workers here that have room; what nobody takes has no lease. */
function leaseWork(aggregate: Aggregate, work: readonly Work[], dispatcher: Dispatcher, now: Instant) {
  const leases: Lease[] = [];
  for (const item of work) {
    const worker = dispatcher.lease(item.lane, attemptRef(aggregate.id, item));
    if (worker === null) continue;
    const { id } = worker.description;
    leases.push({ worker, work: { ...item, worker: id, leasedAt: now }, of: item });
    if (aggregate.state !== null) noteLease(aggregate.state, item, id, now);
  }
  return leases;
}

function withLeases(work: readonly Work[], leases: readonly Lease[]): readonly Work[] {
  if (leases.length === work.length) return leases.map((lease) => lease.work);
  const leased = new Map(leases.map((lease) => [lease.of, lease.work]));
  return work.map((item) => leased.get(item) ?? item);
}

const nothing: Changes = new ChangeSet().toChanges();

function answer(question: Question, state: RunState): Decision | Readonly<{ rejection: Rejection }> {
  if (!isRunEnd(state.head.status) && question(state)) return { state, changes: nothing };
  return { rejection: { code: 'not_waiting', message: `Run ${state.origin.id} has moved on.` } };
}

export function settleRefused(refused: readonly Refused[]): void {
  for (const { entry, rejection } of refused) entry.settle({ kind: 'rejected', rejection });
}

/** Every command of a run's share. */
export const entriesOf = ({ entries, refused }: Decided): readonly Entry[] => [
  ...entries,
  ...refused.map(({ entry }) => entry),
];

function again(aggregate: Aggregate, entry: Entry): void {
  aggregate.mailbox.push(entry);
  aggregate.outdated = true;
}
