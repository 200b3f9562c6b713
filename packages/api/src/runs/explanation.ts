import { runStatuses, stepStatuses } from '@millrace/core';
import { z } from 'zod';
import { approvers, delegation } from '../approvals/approval.ts';
import { time } from '../contract/values.ts';
import { limitKind, whenFull } from '../limits/limit.ts';
import { hookCall } from './hook-call.ts';
import { reusedResult } from './rerun.ts';
import { runStatus } from './run-status.ts';
import { fault } from './run-step.ts';

const change = z
  .object({
    by: z.enum(['clock', 'engine', 'worker', 'run', 'person']).meta({ description: 'Who brings it about.' }),
    what: z.string(),
    at: time.nullable().meta({ description: 'When it comes by itself; null: that is not known.' }),
    command: z.string().nullable().meta({ description: 'What a person may type to bring it about, or to see more.' }),
  })
  .meta({ id: 'Change' });

const deadline = z.object({
  kind: z.enum(['attempt_timeout', 'queue_timeout', 'step_timeout', 'run_timeout']),
  at: time,
});

const holder = z
  .object({
    worker: z.string(),
    name: z.string().nullable().meta({ description: 'null: the worker is not known any more.' }),
    host: z.string().nullable(),
    slots: z.int().nullable(),
    held: z.int().nullable().meta({ description: 'Attempts that it holds; those beyond its slots wait in its line.' }),
    heard_at: time.nullable().meta({ description: 'When its lease was renewed last.' }),
    lease_until: time.nullable(),
  })
  .meta({ id: 'Holder' });

const dependency = z
  .object({
    step: z.string(),
    reason: z.string().nullable().meta({ description: 'Why it has not ended; null: it will not run any more.' }),
  })
  .meta({ id: 'Dependency' });

const child = z.object({ run: z.string(), status: runStatus }).meta({ id: 'ChildRun' });

const limitOutlook = z
  .object({
    kind: limitKind,
    key: z.string(),
    limit: z.int(),
    per: z.string().nullable().meta({ description: 'Of a rate: the span in which so many may start.' }),
    when_full: whenFull.nullable(),
    held: z.int(),
    ahead: z
      .int()
      .nullable()
      .meta({ description: 'How many stand before it in line; null: more than were looked at.' }),
    holders: z.array(z.object({ run: z.string(), step: z.string().nullable(), item: z.int(), since: time })),
    free_at: time.nullable().meta({ description: 'Of a rate that is full: when it has room again.' }),
  })
  .meta({ id: 'LimitOutlook' });

const itemGroup = z
  .object({
    reason: z.string(),
    count: z.int(),
    items: z.array(z.int()).meta({ description: 'The first few of them.' }),
    message: z.string().meta({ description: 'What is said of the first of them.' }),
    changes: z.array(change).meta({ description: 'Who or what moves the first of them.' }),
  })
  .meta({ id: 'ItemGroup' });

/** What every answer has. */
const subject = {
  step: z.string().nullable().meta({ description: 'null: the run itself.' }),
  item: z.int().meta({ description: 'Of a for-each step, from 0; -1: the step itself.' }),
  iteration: z.int(),
  attempt: z.int().meta({ description: 'Under way, or waited for by a retry; 0 where there is none.' }),
  message: z.string().meta({ description: 'For people.' }),
  changes: z.array(change).meta({ description: 'Who or what moves it; empty when it has ended.' }),
  deadlines: z.array(deadline).meta({ description: 'What ends it if nothing else does first; the next one first.' }),
};

const answer = <const Name extends string, Shape extends z.core.$ZodShape>(reason: Name, shape: Shape) =>
  z.object({ reason: z.literal(reason), ...subject, ...shape });

const anAnswer = z
  .discriminatedUnion('reason', [
    answer('ended', {
      status: z.enum([...runStatuses, ...stepStatuses]),
      why: z.string().nullable(),
      error: fault.nullable(),
      reused: z
        .array(reusedResult.extend({ step: z.string() }))
        .meta({ description: 'Of a re-run: what the step, or each step of the run, took over from other runs.' }),
      hooks: z.array(hookCall).meta({ description: 'Of a run: hooks that it called, and what became of them.' }),
    }),
    answer('steps_open', { under_way: z.int(), waiting: z.int(), ended: z.int(), total: z.int() }),
    answer('paused', {
      since: time,
      paused_by: z.string(),
      comment: z.string().nullable(),
      with_parent: z.boolean().meta({ description: 'It was paused with its parent, and is resumed with it.' }),
      held: z.int().meta({ description: 'Steps that may begin as soon as it is resumed.' }),
      under_way: z.int().meta({ description: 'Steps that go on.' }),
      waiting: z.int().meta({ description: 'Steps that wait for other steps.' }),
    }),
    answer('held', { since: time }),
    answer('local_run', {
      since: time,
      holder,
      under_way: z.int(),
      waiting: z.int(),
      ended: z.int(),
      total: z.int(),
    }),
    answer('waiting_for_run', { holder: holder.nullable().meta({ description: 'null: no worker has the run.' }) }),
    answer('waiting_for_room', { since: time, holder }),
    answer('waiting_for_dependencies', {
      dependencies: z.array(dependency).meta({ description: 'Those that have not ended.' }),
    }),
    answer('waiting_for_transition', {
      from: z.array(dependency).meta({ description: 'Steps that may still lead to it; none: it is not reached.' }),
    }),
    answer('waiting_for_join', {
      needed: z.int(),
      arrived: z.array(z.string()).meta({ description: 'Steps whose transition has led here in this round.' }),
      missing: z.array(dependency),
    }),
    answer('waiting_for_worker', {
      since: time,
      queue: z.string(),
      capability: z.string(),
      labels: z.array(z.string()),
      ready: z.int().meta({ description: 'Attempts that wait for the same kind of worker, this one included.' }),
      connected: z.int().meta({ description: 'Workers with a living lease.' }),
      matching: z.int().meta({ description: 'Of these: could take it.' }),
      busy: z.int().meta({ description: 'Of the matching: have no free slot.' }),
      stopping: z.int().meta({ description: 'Of the matching: are about to end, so they take nothing new.' }),
      draining: z
        .array(z.object({ worker: z.string(), name: z.string() }))
        .meta({ description: 'Of the matching: take nothing new until they are resumed.' }),
      nearest: z
        .object({
          worker: z.string(),
          name: z.string(),
          lacks_workspace: z
            .boolean()
            .meta({ description: 'It joined with a token that binds it to other workspaces.' }),
          lacks_queue: z.boolean(),
          lacks_capabilities: z.array(z.string()),
          lacks_labels: z.array(z.string()),
        })
        .nullable()
        .meta({ description: 'The worker that lacks least; null when some match, or none is connected.' }),
    }),
    answer('waiting_for_limits', {
      since: time,
      limits: z.array(limitOutlook).meta({ description: 'All that it waits for; they are granted together.' }),
    }),
    answer('running', { since: time, holder }),
    answer('worker_lost', {
      since: time.nullable().meta({ description: "The end of the worker's lease." }),
      reaped_at: time.meta({ description: 'About when the engine ends the attempt.' }),
      holder,
    }),
    answer('delay', { until: time }),
    answer('retry_backoff', { until: time, tries: z.int(), max_tries: z.int().nullable(), error: fault.nullable() }),
    answer('timer', { since: time, until: time }),
    answer('waiting_for_people', {
      since: time,
      prompt: z.string(),
      approvers: approvers.nullable().meta({ description: 'null: everybody may answer.' }),
      starter: z.string().nullable().meta({ description: 'Who may not answer, having started the run.' }),
      delegations: z.array(delegation),
      quorum: z.int(),
      approved: z.array(z.string()).meta({ description: 'Who has approved so far.' }),
      escalates_at: time.nullable(),
      escalated: z.boolean(),
      times_out_at: time.nullable(),
      on_timeout: z.enum(['fail', 'skip', 'approve']),
    }),
    answer('waiting_for_event', {
      since: time,
      type: z.string(),
      when: z.string().nullable().meta({ description: 'What must hold of the event; null: any of its type does.' }),
      until: time.nullable(),
      fault: z
        .object({ event: z.string(), message: z.string() })
        .nullable()
        .meta({ description: 'The first event for which `when` could not be evaluated.' }),
    }),
    answer('child_run', { since: time, child: child.nullable().meta({ description: 'null: it is being started.' }) }),
    answer('looking_up_cache', { since: time }),
    answer('items_open', {
      total: z.int(),
      not_started: z.int(),
      open: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      cancelled: z.int(),
      concurrency: z.int().nullable().meta({ description: 'How many may be under way at once; null: all.' }),
      groups: z.array(itemGroup).meta({ description: 'The open items by what they wait for or do, the most first.' }),
    }),
    answer('waiting_for_items', {
      open: z.int(),
      concurrency: z.int().nullable(),
      ahead: z.int().meta({ description: 'Items that start before it.' }),
    }),
    answer('cancelling', {
      why: z.string().meta({ description: '`cancel`, `timeout`, `fail_fast`, `step_timeout`, `item_failed`, …' }),
      since: time,
      requested_by: z.string(),
      comment: z.string().nullable(),
      forced_at: time.nullable().meta({ description: 'When what still runs is ended by force.' }),
      holder: holder.nullable(),
      child: child.nullable(),
    }),
  ])
  .meta({ id: 'Answer' });
export type ExplainedAnswer = z.output<typeof anAnswer>;

export const explanation = z
  .object({
    run: z.string(),
    workspace: z.string(),
    workflow: z.string(),
    status: runStatus,
    at: time.meta({ description: 'When this was true.' }),
    answers: z.array(anAnswer).meta({
      description: 'What was asked for first; then its open parts: those under way before those that wait for them.',
    }),
    more: z.int().meta({ description: 'Parts that were left out because there are too many.' }),
  })
  .meta({ id: 'Explanation' });
export type RunExplanation = z.output<typeof explanation>;
