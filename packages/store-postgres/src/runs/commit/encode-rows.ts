import type { AttemptKey, Fault, Lane, RerunOf, RunHead, RunId, StepKey } from '@millrace/core';
import type { WorkflowNumbers } from '../../names/workflow-numbers.ts';
import { encodeFacts, limitInIndex, startKeyInIndex, tagInIndex } from '../run-facts.ts';
import type { CommitRows, NewWork } from './collect-rows.ts';
import type { Piece } from './commit-statement.ts';
import { type Documents, documents, numbers, type Parameters, texts } from './parameters.ts';

type Numbering = Readonly<{ workflows: readonly WorkflowNumbers[]; lane: (lane: Lane) => number }>;
type Of<Row> = Readonly<{ run: RunId; row: Row }>;
type MutableParameters = Record<string, string | Documents>;

const newHead: RunHead = { status: 'queued', startedAt: null, endedAt: null, control: null, output: null, error: null };

/** The parameters of a commit and the pieces of the statement that have any; `numbering.workflows` goes with `rows.creates`. */
export function encodeRows(
  rows: CommitRows,
  numbering: Numbering,
): Readonly<{ used: ReadonlySet<Piece>; parameters: Parameters }> {
  const used = new Set<Piece>();
  const parameters: MutableParameters = {};
  const add = (piece: Piece, count: number, columns: () => MutableParameters) => {
    if (count === 0) return;
    used.add(piece);
    Object.assign(parameters, columns());
  };
  const tagged = rows.creates.filter(({ create }) => create.origin.tags.length > 0);
  const tags = tagged.flatMap(({ commit, create }) =>
    [...new Set(create.origin.tags.map(tagInIndex))].map((tag) => ({ run: commit.id, row: tag })),
  );
  const reruns: Of<RerunOf>[] = [];
  for (const { commit, create } of rows.creates) {
    if (create.origin.rerunOf !== null) reruns.push({ run: commit.id, row: create.origin.rerunOf });
  }
  add('create-runs', rows.creates.length, () => encodeCreates(rows.creates, numbering.workflows));
  add('update-runs', rows.updates.length, () => encodeUpdates(rows.updates));
  add('insert-tags', tags.length, () => ({ tag_runs: runs(tags), tags: documents(tags, ({ row }) => row) }));
  add('insert-reruns', reruns.length, () => ({
    rerun_of: numbers(reruns, ({ row }) => row.run),
    rerun_runs: runs(reruns),
  }));
  add('insert-attempts', rows.attempts.length, () => encodeAttempts(rows.attempts));
  add('insert-work', rows.newWork.length, () => encodeWork('work', rows.newWork, numbering.lane));
  add('replace-work', rows.nextWork.length, () => encodeWork('next', rows.nextWork, numbering.lane));
  add('delete-work', rows.workDone.length, () => encodeAttemptKeys('done', rows.workDone));
  add('hold-work', rows.workHeld.length, () => ({
    ...encodeAttemptKeys('held', rows.workHeld),
    held_documents: documents(rows.workHeld, ({ row }) => row.document),
  }));
  add('cancel-work', rows.workCancelled.length, () => encodeAttemptKeys('stop', rows.workCancelled));
  add('set-waits', rows.waits.length, () => ({
    ...encodeAttemptKeys('wait', rows.waits),
    wait_kinds: texts(rows.waits, ({ row }) => row.kind),
    wait_due: times(rows.waits, ({ row }) => row.dueAt),
    wait_documents: documents(rows.waits, ({ row }) => row.document),
  }));
  add('set-event-waits', rows.eventWaits.length, () => ({
    ...encodeAttemptKeys('event_wait', rows.eventWaits),
    event_wait_due: times(rows.eventWaits, ({ row }) => row.dueAt),
    event_wait_documents: documents(rows.eventWaits, ({ row }) => row.document),
    event_wait_topics: documents(rows.eventWaits, ({ row }) => row.topic),
  }));
  add('clear-waits', rows.waitsDone.length, () => ({
    ...encodeStepKeys('over', rows.waitsDone),
    over_kinds: texts(rows.waitsDone, ({ row }) => row.kind),
  }));
  add('fill-outbox', rows.outbox.length, () => ({
    message_runs: runs(rows.outbox),
    message_versions: numbers(rows.outbox, ({ row }) => row.version),
    message_ordinals: numbers(rows.outbox, ({ row }) => row.ordinal),
    message_documents: documents(rows.outbox, ({ row }) => row.document),
  }));
  add('clear-outbox', rows.delivered.length, () => ({
    delivered_receivers: runs(rows.delivered),
    delivered_runs: numbers(rows.delivered, ({ row }) => row.run),
    delivered_versions: numbers(rows.delivered, ({ row }) => row.version),
    delivered_ordinals: numbers(rows.delivered, ({ row }) => row.ordinal),
  }));
  add('request-slots', rows.slots.length, () => encodeSlots(rows.slots));
  add('take-slots', rows.slotsTaken.length, () => ({
    ...encodeAttemptKeys('taken', rows.slotsTaken),
    taken_requests: numbers(rows.slotsTaken, ({ row }) => row.request),
  }));
  add('release-slots', rows.slotsReleased.length, () => encodeStepKeys('released', rows.slotsReleased));
  add('put-cache', rows.cached.length, () => ({
    cached_runs: runs(rows.cached),
    cached_workspaces: texts(rows.cached, ({ row }) => row.workspace),
    cached_keys: texts(rows.cached, ({ row }) => row.key),
    // Keys may hold any character; JSON text holds none that PostgreSQL cannot.
    cached_labels: documents(rows.cached, ({ row }) => JSON.stringify(row.label)),
    cached_workflows: texts(rows.cached, ({ row }) => row.workflow),
    cached_folders: texts(rows.cached, ({ row }) => row.folder ?? ''),
    cached_steps: texts(rows.cached, ({ row }) => row.step),
    cached_outputs: documents(rows.cached, ({ row }) => row.output),
    cached_ttls: numbers(rows.cached, ({ row }) => Math.round(row.ttlMs)),
  }));
  return { used, parameters };
}

function encodeCreates(creates: CommitRows['creates'], workflows: readonly WorkflowNumbers[]): MutableParameters {
  const origins = creates.map(({ create }) => create.origin);
  return {
    origin_ids: numbers(creates, ({ commit }) => commit.id),
    origin_pinned: numbers(workflows, ({ pinned }) => pinned),
    origin_workflows: numbers(workflows, ({ workflow }) => workflow),
    origin_parents: numbers(origins, ({ parent }) => parent?.run ?? null),
    origin_start_keys: documents(origins, ({ workspace, startKey }) =>
      startKey === null ? null : startKeyInIndex(workspace, startKey),
    ),
    origin_facts: documents(origins, encodeFacts),
    origin_inputs: documents(creates, ({ create }) => create.input),
    created_child: numbers(origins, ({ parent }) => parent !== null, false),
    ...encodeHeads(
      'created',
      creates.map(({ commit }) => commit.changes.head ?? newHead),
    ),
  };
}

function encodeUpdates(updates: CommitRows['updates']): MutableParameters {
  return {
    updated_ids: numbers(updates, ({ id }) => id),
    updated_versions: numbers(updates, ({ expectedVersion }) => expectedVersion),
    updated_changed: numbers(updates, ({ changes }) => changes.head !== null, true),
    ...encodeHeads(
      'updated',
      updates.map(({ changes }) => changes.head ?? newHead),
    ),
  };
}

function encodeHeads(prefix: 'created' | 'updated', heads: readonly RunHead[]): MutableParameters {
  return {
    [`${prefix}_status`]: texts(heads, ({ status }) => status),
    [`${prefix}_started`]: times(heads, ({ startedAt }) => startedAt),
    [`${prefix}_ended`]: times(heads, ({ endedAt }) => endedAt),
    [`${prefix}_control`]: documents(heads, ({ control }) => control),
    [`${prefix}_output`]: documents(heads, ({ output }) => output),
    [`${prefix}_error`]: documents(heads, ({ error }) => encodeFault(error)),
  };
}

function encodeAttempts(attempts: CommitRows['attempts']): MutableParameters {
  const { ended_runs, ended_steps, ended_iterations, ended_items, ended_attempts } = encodeAttemptKeys(
    'ended',
    attempts,
  );
  return {
    ended_runs,
    ended_steps,
    ended_iterations,
    ended_items,
    ended_attempts,
    ended_status: texts(attempts, ({ row }) => row.status),
    ended_reasons: texts(attempts, ({ row }) => row.reason),
    ended_final: numbers(attempts, ({ row }) => row.final, true),
    ended_ready: times(attempts, ({ row }) => row.readyAt),
    ended_started: times(attempts, ({ row }) => row.startedAt),
    ended_at: times(attempts, ({ row }) => row.endedAt),
    ended_workers: texts(attempts, ({ row }) => row.worker),
    ended_inputs: documents(attempts, ({ row }) => row.input),
    ended_outputs: documents(attempts, ({ row }) => row.output),
    ended_errors: documents(attempts, ({ row }) => encodeFault(row.error)),
  };
}

function encodeWork(
  prefix: 'work' | 'next',
  rows: readonly Of<NewWork>[],
  laneOf: (lane: Lane) => number,
): MutableParameters {
  const work = rows.map(({ run, row }) => ({ run, row: row.work }));
  return {
    ...encodeAttemptKeys(prefix, work),
    [`${prefix}_lanes`]: numbers(work, ({ row }) => laneOf(row.lane)),
    [`${prefix}_priorities`]: numbers(work, ({ row }) => row.priority, 0),
    [`${prefix}_ready`]: times(work, ({ row }) => row.readyAt),
    [`${prefix}_workers`]: texts(work, ({ row }) => row.worker),
    [`${prefix}_leased`]: times(work, ({ row }) => row.leasedAt),
    [`${prefix}_cancel`]: numbers(rows, ({ row }) => row.cancel, false),
    [`${prefix}_documents`]: documents(work, ({ row }) => row.document),
  };
}

function encodeSlots(slots: CommitRows['slots']): MutableParameters {
  const requests = slots.map(({ run, row }) => ({ run, row: row.request }));
  const demands = slots.map(({ row }) => row.demand);
  return {
    ...encodeAttemptKeys('slot', requests),
    slot_requests: numbers(requests, ({ row }) => row.request),
    slot_ordinals: numbers(slots, ({ row }) => row.ordinal),
    slot_workspaces: documents(requests, ({ row }) => row.workspace),
    slot_kinds: texts(demands, ({ kind }) => kind),
    slot_names: documents(demands, ({ key }) => key),
    slot_keys: documents(slots, ({ row }) => limitInIndex({ workspace: row.request.workspace, ...row.demand })),
    slot_limits: numbers(demands, ({ limit }) => limit),
    slot_per: numbers(demands, (demand) => (demand.kind === 'rate' ? demand.perMs : null)),
    slot_when_full: texts(demands, (demand) => (demand.kind === 'concurrency' ? demand.whenFull : null)),
    slot_priorities: numbers(requests, ({ row }) => row.priority),
    slot_requested: times(requests, ({ row }) => row.requestedAt),
    slot_above: documents(requests, ({ row }) => (row.above.length === 0 ? null : JSON.stringify(row.above))),
  };
}

function encodeAttemptKeys<Prefix extends string>(
  prefix: Prefix,
  rows: readonly Of<AttemptKey>[],
): Record<`${Prefix}_${'runs' | 'steps' | 'iterations' | 'items' | 'attempts'}`, string> {
  return {
    ...encodeStepKeys(prefix, rows),
    [`${prefix}_attempts`]: numbers(rows, ({ row }) => row.attempt, 1),
  } as Record<`${Prefix}_${'runs' | 'steps' | 'iterations' | 'items' | 'attempts'}`, string>;
}

function encodeStepKeys<Prefix extends string>(prefix: Prefix, rows: readonly Of<StepKey>[]): Record<string, string> {
  return {
    [`${prefix}_runs`]: runs(rows),
    [`${prefix}_steps`]: numbers(rows, ({ row }) => row.step),
    [`${prefix}_iterations`]: numbers(rows, ({ row }) => row.iteration, 0),
    [`${prefix}_items`]: numbers(rows, ({ row }) => row.item, -1),
  };
}

const runs = (rows: readonly Of<unknown>[]): string => numbers(rows, ({ run }) => run);

/** Times are whole milliseconds in the database. */
const times = <Row>(rows: readonly Row[], timeOf: (row: Row) => number | null): string =>
  numbers(rows, (row) => {
    const time = timeOf(row);
    return time === null ? null : Math.round(time);
  });

const encodeFault = (fault: Fault | null): string | null => (fault === null ? null : JSON.stringify(fault));
