import type { AttemptKey, Fault, Lane, RunHead, RunId, StepKey } from '@millrace/core';
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
  const tags = rows.creates.flatMap(({ commit, create }) =>
    [...new Set(create.origin.tags.map(tagInIndex))].map((tag) => ({ run: commit.id, row: tag })),
  );
  const reruns = rows.creates.flatMap(({ commit, create }) =>
    create.origin.rerunOf === null ? [] : [{ run: commit.id, row: create.origin.rerunOf }],
  );
  add('create-runs', rows.creates.length, () => encodeCreates(rows.creates, numbering.workflows));
  add('update-runs', rows.updates.length, () => encodeUpdates(rows.updates));
  add('insert-tags', tags.length, () => ({ tag_runs: runs(tags), tags: documents(tags.map(({ row }) => row)) }));
  add('insert-reruns', reruns.length, () => ({
    rerun_of: numbers(reruns.map(({ row }) => row.run)),
    rerun_runs: runs(reruns),
  }));
  add('insert-attempts', rows.attempts.length, () => encodeAttempts(rows.attempts));
  add('insert-work', rows.newWork.length, () => encodeWork('work', rows.newWork, numbering.lane));
  add('replace-work', rows.nextWork.length, () => encodeWork('next', rows.nextWork, numbering.lane));
  add('delete-work', rows.workDone.length, () => encodeAttemptKeys('done', rows.workDone));
  add('hold-work', rows.workHeld.length, () => ({
    ...encodeAttemptKeys('held', rows.workHeld),
    held_documents: documents(rows.workHeld.map(({ row }) => row.document)),
  }));
  add('cancel-work', rows.workCancelled.length, () => encodeAttemptKeys('stop', rows.workCancelled));
  add('set-waits', rows.waits.length, () => ({
    ...encodeAttemptKeys('wait', rows.waits),
    wait_kinds: texts(rows.waits.map(({ row }) => row.kind)),
    wait_due: times(rows.waits, ({ row }) => row.dueAt),
    wait_documents: documents(rows.waits.map(({ row }) => row.document)),
  }));
  add('set-event-waits', rows.eventWaits.length, () => ({
    ...encodeAttemptKeys('event_wait', rows.eventWaits),
    event_wait_due: times(rows.eventWaits, ({ row }) => row.dueAt),
    event_wait_documents: documents(rows.eventWaits.map(({ row }) => row.document)),
    event_wait_topics: documents(rows.eventWaits.map(({ row }) => row.topic)),
  }));
  add('clear-waits', rows.waitsDone.length, () => ({
    ...encodeStepKeys('over', rows.waitsDone),
    over_kinds: texts(rows.waitsDone.map(({ row }) => row.kind)),
  }));
  add('fill-outbox', rows.outbox.length, () => ({
    message_runs: runs(rows.outbox),
    message_versions: numbers(rows.outbox.map(({ row }) => row.version)),
    message_ordinals: numbers(rows.outbox.map(({ row }) => row.ordinal)),
    message_documents: documents(rows.outbox.map(({ row }) => row.document)),
  }));
  add('clear-outbox', rows.delivered.length, () => ({
    delivered_receivers: runs(rows.delivered),
    delivered_runs: numbers(rows.delivered.map(({ row }) => row.run)),
    delivered_versions: numbers(rows.delivered.map(({ row }) => row.version)),
    delivered_ordinals: numbers(rows.delivered.map(({ row }) => row.ordinal)),
  }));
  add('request-slots', rows.slots.length, () => encodeSlots(rows.slots));
  add('take-slots', rows.slotsTaken.length, () => ({
    ...encodeAttemptKeys('taken', rows.slotsTaken),
    taken_requests: numbers(rows.slotsTaken.map(({ row }) => row.request)),
  }));
  add('release-slots', rows.slotsReleased.length, () => encodeStepKeys('released', rows.slotsReleased));
  add('put-cache', rows.cached.length, () => ({
    cached_runs: runs(rows.cached),
    cached_workspaces: texts(rows.cached.map(({ row }) => row.workspace)),
    cached_keys: texts(rows.cached.map(({ row }) => row.key)),
    // Keys may hold any character; JSON text holds none that PostgreSQL cannot.
    cached_labels: documents(rows.cached.map(({ row }) => JSON.stringify(row.label))),
    cached_workflows: texts(rows.cached.map(({ row }) => row.workflow)),
    cached_steps: texts(rows.cached.map(({ row }) => row.step)),
    cached_outputs: documents(rows.cached.map(({ row }) => row.output)),
    cached_ttls: numbers(rows.cached.map(({ row }) => Math.round(row.ttlMs))),
  }));
  return { used, parameters };
}

function encodeCreates(creates: CommitRows['creates'], workflows: readonly WorkflowNumbers[]): MutableParameters {
  const ids = numbers(creates.map(({ commit }) => commit.id));
  const workflowIds = numbers(workflows.map(({ workflow }) => workflow));
  const origins = creates.map(({ create }) => create.origin);
  return {
    origin_ids: ids,
    origin_pinned: numbers(workflows.map(({ pinned }) => pinned)),
    origin_workflows: workflowIds,
    origin_parents: numbers(origins.map(({ parent }) => parent?.run ?? null)),
    origin_start_keys: documents(
      origins.map(({ workspace, startKey }) => (startKey === null ? null : startKeyInIndex(workspace, startKey))),
    ),
    origin_facts: documents(origins.map(encodeFacts)),
    origin_inputs: documents(creates.map(({ create }) => create.input)),
    created_ids: ids,
    created_workflows: workflowIds,
    created_child: numbers(origins.map(({ parent }) => parent !== null)),
    ...encodeHeads(
      'created',
      creates.map(({ commit }) => commit.changes.head ?? newHead),
    ),
  };
}

function encodeUpdates(updates: CommitRows['updates']): MutableParameters {
  return {
    updated_ids: numbers(updates.map(({ id }) => id)),
    updated_versions: numbers(updates.map(({ expectedVersion }) => expectedVersion)),
    updated_changed: numbers(updates.map(({ changes }) => changes.head !== null)),
    ...encodeHeads(
      'updated',
      updates.map(({ changes }) => changes.head ?? newHead),
    ),
  };
}

function encodeHeads(prefix: 'created' | 'updated', heads: readonly RunHead[]): MutableParameters {
  return {
    [`${prefix}_status`]: texts(heads.map(({ status }) => status)),
    [`${prefix}_started`]: times(heads, ({ startedAt }) => startedAt),
    [`${prefix}_ended`]: times(heads, ({ endedAt }) => endedAt),
    [`${prefix}_control`]: documents(heads.map(({ control }) => control)),
    [`${prefix}_output`]: documents(heads.map(({ output }) => output)),
    [`${prefix}_error`]: documents(heads.map(({ error }) => encodeFault(error))),
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
    ended_status: texts(attempts.map(({ row }) => row.status)),
    ended_reasons: texts(attempts.map(({ row }) => row.reason)),
    ended_final: numbers(attempts.map(({ row }) => row.final)),
    ended_ready: times(attempts, ({ row }) => row.readyAt),
    ended_started: times(attempts, ({ row }) => row.startedAt),
    ended_at: times(attempts, ({ row }) => row.endedAt),
    ended_workers: texts(attempts.map(({ row }) => row.worker)),
    ended_inputs: documents(attempts.map(({ row }) => row.input)),
    ended_outputs: documents(attempts.map(({ row }) => row.output)),
    ended_errors: documents(attempts.map(({ row }) => encodeFault(row.error))),
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
    [`${prefix}_lanes`]: numbers(work.map(({ row }) => laneOf(row.lane))),
    [`${prefix}_priorities`]: numbers(work.map(({ row }) => row.priority)),
    [`${prefix}_ready`]: times(work, ({ row }) => row.readyAt),
    [`${prefix}_workers`]: texts(work.map(({ row }) => row.worker)),
    [`${prefix}_leased`]: times(work, ({ row }) => row.leasedAt),
    [`${prefix}_cancel`]: numbers(rows.map(({ row }) => row.cancel)),
    [`${prefix}_documents`]: documents(work.map(({ row }) => row.document)),
  };
}

function encodeSlots(slots: CommitRows['slots']): MutableParameters {
  const requests = slots.map(({ run, row }) => ({ run, row: row.request }));
  const demands = slots.map(({ row }) => row.demand);
  return {
    ...encodeAttemptKeys('slot', requests),
    slot_requests: numbers(requests.map(({ row }) => row.request)),
    slot_ordinals: numbers(slots.map(({ row }) => row.ordinal)),
    slot_workspaces: documents(requests.map(({ row }) => row.workspace)),
    slot_kinds: texts(demands.map(({ kind }) => kind)),
    slot_names: documents(demands.map(({ key }) => key)),
    slot_keys: documents(slots.map(({ row }) => limitInIndex({ workspace: row.request.workspace, ...row.demand }))),
    slot_limits: numbers(demands.map(({ limit }) => limit)),
    slot_per: numbers(demands.map((demand) => (demand.kind === 'rate' ? demand.perMs : null))),
    slot_when_full: texts(demands.map((demand) => (demand.kind === 'concurrency' ? demand.whenFull : null))),
    slot_priorities: numbers(requests.map(({ row }) => row.priority)),
    slot_requested: times(requests, ({ row }) => row.requestedAt),
    slot_above: documents(requests.map(({ row }) => (row.above.length === 0 ? null : JSON.stringify(row.above)))),
  };
}

function encodeAttemptKeys<Prefix extends string>(
  prefix: Prefix,
  rows: readonly Of<AttemptKey>[],
): Record<`${Prefix}_${'runs' | 'steps' | 'iterations' | 'items' | 'attempts'}`, string> {
  return {
    ...encodeStepKeys(prefix, rows),
    [`${prefix}_attempts`]: numbers(rows.map(({ row }) => row.attempt)),
  } as Record<`${Prefix}_${'runs' | 'steps' | 'iterations' | 'items' | 'attempts'}`, string>;
}

function encodeStepKeys<Prefix extends string>(prefix: Prefix, rows: readonly Of<StepKey>[]): Record<string, string> {
  return {
    [`${prefix}_runs`]: runs(rows),
    [`${prefix}_steps`]: numbers(rows.map(({ row }) => row.step)),
    [`${prefix}_iterations`]: numbers(rows.map(({ row }) => row.iteration)),
    [`${prefix}_items`]: numbers(rows.map(({ row }) => row.item)),
  };
}

const runs = (rows: readonly Of<unknown>[]): string => numbers(rows.map(({ run }) => run));

/** Times are whole milliseconds in the database. */
const times = <Row>(rows: readonly Row[], timeOf: (row: Row) => number | null): string =>
  numbers(
    rows.map((row) => {
      const time = timeOf(row);
      return time === null ? null : Math.round(time);
    }),
  );

const encodeFault = (fault: Fault | null): string | null => (fault === null ? null : JSON.stringify(fault));
