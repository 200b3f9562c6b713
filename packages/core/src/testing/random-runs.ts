// Random plans and random histories, for properties of the run machine.
import fc from 'fast-check';
import type { Hooks } from '../definitions/workflow.ts';
import type { StoredEvent } from '../events/event.ts';
import type { ApprovalDetail } from '../run/approval.ts';
import { mayAnswer } from '../run/approvers.ts';
import type { AttemptResult, Command } from '../run/command.ts';
import { readEventWait } from '../run/event-wait.ts';
import type { Wait } from '../run/records.ts';
import { eventId, runId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';
import { fields, type StepText, type WorkflowText } from './build-plan.ts';
import { keyOfWork, type RunDriver, worker } from './run-driver.ts';

const conditions = [
  undefined,
  undefined,
  undefined,
  'failed()',
  'always()',
  'false',
  'done()',
  'input.no or skipped()',
  'input.bad.x',
  'total > 1',
];

const retries = [
  undefined,
  undefined,
  { attempts: 2 },
  { attempts: 3, delayMs: 50, backoff: 'exponential', jitter: 0.5 },
  { attempts: 2, when: "error.code == 'a'", countWorkerLoss: true },
] as const;

const kinds: readonly StepText[] = [
  {},
  {},
  { input: { x: '{{ input.n }}', y: '{{ vars.v }}' } },
  { inline: { type: 'shell', cmd: '{{ input.n }} {{ run.id }}' }, env: { A: '{{ input.n }}' } },
  { cache: { key: 'k {{ input.n }}', ttlMs: 5 } },
  { forEach: 3, cache: { key: '{{ item }}', ttlMs: 5 }, env: { A: '{{ item }}' } },
  { forEach: 'input.list', input: { x: '{{ item }}' } },
  { input: { x: '{{ input.n }} {{ secrets.a }}' }, env: { A: '{{ secrets.b }}', B: '{{ input.n }}' } },
  {
    forEach: 2,
    input: { x: '{{ item }} {{ secrets.a }}' },
    inline: { type: 'shell', cmd: '{{ secrets.b }} {{ connections.c.d }} {{ item }}' },
  },
  { forEach: 4, itemConcurrency: 2 },
  { forEach: 4, onItemFailure: 'stop', itemConcurrency: 3 },
  { forEach: 5, onItemFailure: 'ignore', batchSize: 2, input: { x: '{{ item[1] }}' } },
  { forEach: 'input.n' },
  { forEach: '[]' },
  { forEach: 3, inline: { type: 'workflow', workflow: 'inner', wait: true } },
  { inline: { type: 'workflow', workflow: 'inner', wait: true } },
  { inline: { type: 'workflow', workflow: 'inner', wait: false } },
  { inline: { type: 'wait', for: '10s' } },
  { inline: { type: 'wait', for: '{{ input.n }}' } },
  { inline: { type: 'approval', prompt: 'Go on with {{ input.n }}?', quorum: 2 } },
  {
    inline: {
      type: 'approval',
      prompt: 'Now?',
      form: fields({ tag: { type: 'string', default: 'v1' } }),
      approvers: { users: ['ada'], groups: ['ops'] },
      separation_of_duty: true,
      timeoutMs: 400,
      on_timeout: 'skip',
      escalate: { afterMs: 100, approvers: { users: ['bob', 'cy'] } },
    },
  },
  { inline: { type: 'wait', event: 'order.paid', when: 'event.payload.n == input.n', timeoutMs: 300 } },
  { forEach: 2, inline: { type: 'wait', event: 'order.{{ item }}' } },
  { inline: { type: 'emit', event: 'order.paid', payload: { n: '{{ input.n }}' } } },
  { forEach: 2, inline: { type: 'emit', event: '{{ item if index == 0 else "no type" }}' } },
  { forEach: 3, inline: { type: 'approval', prompt: '{{ item }}?', timeoutMs: 200 } },
];

const queue = 'queue' as const;

/** Limits of a step; `k` may be held by its run already. */
const stepLimits: readonly (Pick<StepText, 'concurrency' | 'rateLimit'> | undefined)[] = [
  ...Array.from({ length: 8 }, () => undefined),
  { concurrency: [{ key: 'k', limit: 1, whenFull: queue }] },
  { concurrency: [{ key: 'k{{ input.n }}', limit: 2, whenFull: 'skip' }] },
  {
    concurrency: [
      { key: '{{ vars.v }}', limit: 1, whenFull: 'cancel_oldest' },
      { key: 'l', limit: 3, whenFull: queue },
    ],
  },
  { rateLimit: { key: 'r', limit: 2, perMs: 1_000 } },
  { concurrency: [{ key: '{{ input.list }}', limit: 1, whenFull: queue }] },
];

const runLimits: readonly (Pick<WorkflowText, 'concurrency' | 'rateLimit'> | undefined)[] = [
  ...Array.from({ length: 8 }, () => undefined),
  { concurrency: [{ key: 'k', limit: 1, whenFull: queue }] },
  { concurrency: [{ key: '{{ input.n }}', limit: 1, whenFull: 'skip' }], rateLimit: { key: 'r', limit: 1, perMs: 10 } },
  { concurrency: [{ key: '{{ input.bad.x }}', limit: 1, whenFull: queue }] },
];

export const randomStep: fc.Arbitrary<Readonly<{ own: StepText; needs: readonly number[] }>> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    when: fc.constantFrom(...conditions),
    retry: fc.constantFrom(...retries),
    continueOnFailure: fc.boolean(),
    stepTimeoutMs: fc.constantFrom(undefined, undefined, 500),
    queueTimeoutMs: fc.constantFrom(undefined, undefined, 300),
    delay: fc.constantFrom(undefined, undefined, undefined, 100, '{{ input.n }}'),
    needs: fc.array(fc.nat(7), { maxLength: 3 }),
    limits: fc.constantFrom(...stepLimits),
  })
  .map(({ kind, needs, limits, ...rest }) => {
    const set = Object.entries(rest).filter(([, value]) => value !== undefined);
    return { own: { ...kind, ...limits, ...Object.fromEntries(set) } as StepText, needs };
  });

const told = (input: JsonObject) => [{ action: 'tell', input }];

/** One of them reads what there may not be. */
const hooks: Hooks = {
  onSuccess: told({ all: '{{ steps }}', output: '{{ run.output }}' }),
  onFailure: [...told({ error: '{{ run.error.code }}' }), ...told({ x: '{{ steps.s0.output.no }}' })],
  onCancel: told({ after: '{{ run.duration }}' }),
  onSuspend: told({ why: '{{ hook.reason }}', prompt: '{{ hook.prompt }}' }),
};

/** Up to eight steps of all kinds; the graph may be anything without a cycle. */
export const workflows: fc.Arbitrary<WorkflowText> = fc
  .record({
    steps: fc.array(randomStep, { minLength: 1, maxLength: 8 }),
    failFast: fc.boolean(),
    timeoutMs: fc.constantFrom(undefined, 5_000),
    output: fc.constantFrom(undefined, '{{ input.n }}', { all: '{{ steps.s0.output }}' }),
    hooks: fc.constantFrom(undefined, hooks, hooks),
    limits: fc.constantFrom(...runLimits),
  })
  .map(({ steps, failFast, timeoutMs, output, hooks: called, limits }) => ({
    ...(called === undefined
      ? {}
      : { hooks: called, workspaceHooks: { onFailure: called.onFailure }, actions: { tell: {} } }),
    failFast,
    ...limits,
    vars: { v: 1 },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(output === undefined ? {} : { output }),
    steps: Object.fromEntries(
      steps.map(({ own, needs }, index) => {
        const before = needs.filter((other) => other < index).map((other) => `s${other}`);
        return [`s${index}`, { ...own, needs: before.join(' ') }] as const;
      }),
    ),
  }));

export const input = { n: 3, no: false, list: ['a', { b: 1 }, null] };

/** One thing that happens next, chosen by a number from everything that can happen; null when nothing can. */
export function nextEvent(run: RunDriver, choice: number, gentle: boolean): Command | 'leased' | null {
  const events = [
    ...workEvents(run, choice, gentle),
    ...waitEvents(run, choice),
    ...slotEvents(run, choice, gentle),
    ...(gentle ? [] : cancelEvents(choice)),
    ...pauseEvents(run, choice, gentle),
  ];
  return events[choice % Math.max(1, events.length)]?.() ?? null;
}

const results: readonly AttemptResult[] = [
  { status: 'succeeded', output: { ok: [1, 'x'] }, durationMs: 7 },
  { status: 'succeeded', output: null, durationMs: 7 },
  { status: 'failed', error: { code: 'a', message: 'A.' }, durationMs: 7 },
  { status: 'failed', error: { code: 'b', message: 'B.', retryable: false }, durationMs: 7 },
  { status: 'timed_out', error: { code: 'timeout', message: 'T.' }, durationMs: 7 },
  { status: 'cancelled', error: { code: 'cancelled', message: 'C.' }, durationMs: 7 },
];

type Event = () => Command | 'leased';

function workEvents(run: RunDriver, choice: number, gentle: boolean): readonly Event[] {
  return [...run.store.work.values()].flatMap((row): Event[] => {
    const key = keyOfWork(row);
    const result = results[(choice >> 5) % (gentle ? 2 : results.length)] ?? results[0];
    if (result === undefined) return [];
    const finish: Event = () => ({ type: 'attempt_finished', key, worker: row.worker, result });
    const lose: Event = () => ({ type: 'worker_lost', key, worker });
    const lease: Event = () => {
      run.leaseKey(key);
      return 'leased';
    };
    if (!gentle && row.worker !== null && run.state.paused !== null) {
      return [finish, lose, () => ({ type: 'hold', key, worker })];
    }
    return gentle ? [finish] : row.worker === null ? [finish, lease, lease] : [finish, finish, lose];
  });
}

function waitEvents(run: RunDriver, choice: number): readonly Event[] {
  return [...run.store.waits.values()].flatMap((row): Event[] => {
    const key = keyOfWork(row);
    if (row.kind === 'cache') {
      const hit = (choice >> 5) % 2 === 0 ? { output: '"cached"' } : null;
      return [() => ({ type: 'cache_answer', key, hit })];
    }
    if (row.kind === 'child') {
      const status = (choice >> 5) % 3 === 0 ? 'failed' : 'succeeded';
      const error = status === 'failed' ? { code: 'c', message: 'C.' } : null;
      return [() => ({ type: 'child_ended', key, child: runId('9'), status, output: [1], error })];
    }
    const answers = row.kind === 'approval' ? answerEvents(row, choice) : [];
    if (row.kind === 'event') answers.push(arrival(run, row, choice));
    if (row.dueAt === null) return answers;
    const { dueAt } = row;
    return [
      ...answers,
      () => {
        run.now = Math.max(run.now, dueAt);
        return { type: 'timer_fired', key, kind: row.kind, dueAt };
      },
    ];
  });
}

/** An event that matches, of another content, or one for which the condition cannot be evaluated. */
function arrival(run: RunDriver, wait: Wait, choice: number): Event {
  const payload = [{ n: run.state.input.n ?? null }, { n: 7 }, {}][(choice >> 6) % 3] ?? {};
  const { type } = readEventWait(wait);
  const event: StoredEvent = {
    ...{ id: eventId('5'), workspace: 'test', type, payload, source: { type: 'api' }, key: null, at: 1_000 },
  };
  return () => ({ type: 'event_arrived', key: keyOfWork(wait), event });
}

/** Those who may answer and have not come first, so that whatever is asked comes to its end. */
function answerEvents(wait: Wait, choice: number): Event[] {
  const key = keyOfWork(wait);
  const { detail } = JSON.parse(wait.document ?? 'null') as { detail: ApprovalDetail };
  const standing = { groups: (choice >> 9) % 2 === 0 ? ['ops'] : [], roles: [] };
  const isLate = (name: string): boolean =>
    detail.answers.some(({ by }) => by === name) || !mayAnswer(detail, { ...standing, name });
  const people = ['ada', 'bob', 'cy'].sort((a, b) => Number(isLate(a)) - Number(isLate(b)));
  const values = (choice >> 7) % 6 === 1 ? { tag: 7 } : {};
  const answers = people.map((by): Event => {
    const decision = (choice >> 5) % 5 === 1 ? 'reject' : 'approve';
    return () => ({ type: 'answer', key, answer: { by, decision, values, comment: null }, standing });
  });
  const [from = 'ada', to = 'bob'] = people;
  const handOver: Event = () => ({ type: 'delegate', key, from: { ...standing, name: from }, to, comment: null });
  // Once, so that enough people are left for the quorum.
  return detail.delegations === undefined && (choice >> 10) % 4 === 1 ? [...answers, handOver] : answers;
}

const refusals = ['full', 'superseded', 'circle'] as const;

function slotEvents(run: RunDriver, choice: number, gentle: boolean): readonly Event[] {
  return [...run.store.slots.values()].flatMap((row): Event[] => {
    if (row.taken) return [];
    const { request } = row;
    const key = keyOfWork(row);
    const grant: Event = () => ({ type: 'slots_granted', key, request });
    const reason = refusals[(choice >> 5) % refusals.length] ?? 'full';
    // The store refuses a retry only for a circle.
    const told = row.attempt > 1 ? 'circle' : reason;
    const refuse: Event = () => ({ type: 'slots_refused', key, request, reason: told, limit: 'k', by: runId('9') });
    return gentle ? [grant] : [grant, grant, refuse];
  });
}

function cancelEvents(choice: number): readonly Event[] {
  if ((choice >> 4) % 8 !== 0) return [];
  return [() => ({ type: 'cancel', by: 'ada', reason: null, force: (choice >> 9) % 4 === 0 })];
}

/** Only resuming moves what is held, so a gentle history does it, too. */
function pauseEvents({ state }: RunDriver, choice: number, gentle: boolean): readonly Event[] {
  const turn = (state.pauses?.parentTurn ?? 0) + ((choice >> 6) % 3);
  const turned = (paused: boolean): Event => {
    return () => ({ type: 'parent_turned', turn, paused, by: 'bob', reason: 'The parent.' });
  };
  const resume: Event = () => ({ type: 'resume', by: 'ada' });
  const pause: Event = () => ({ type: 'pause', by: 'ada', reason: 'A look.' });
  if (gentle) return state.paused === null ? [] : [resume];
  if ((choice >> 4) % 2 === 0) return [];
  return state.paused === null ? [pause, turned(true)] : [pause, resume, turned(false)];
}
