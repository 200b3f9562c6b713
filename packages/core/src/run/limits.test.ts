// What a run and its steps ask of limits, and what follows from the answers. Who gets which slots is decided elsewhere
// (`../limits`); that the answers come is the matter of whoever hosts the machine.
import { describe, expect, test } from 'vitest';
import type { ConcurrencyLimit } from '../definitions/workflow.ts';
import type { RefusalReason } from '../limits/demand.ts';
import { fields } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { runId } from '../values/ids.ts';
import { runKey } from './deciding.ts';
import type { AttemptKey, RunOrigin } from './records.ts';

type Driver = ReturnType<typeof runOf>;

const key = (text: string, more: Partial<ConcurrencyLimit> = {}): ConcurrencyLimit => ({
  key: text,
  limit: 1,
  whenFull: 'queue',
  ...more,
});
const requests = (run: Driver) => [...run.store.slots.values()];
const asked = (run: Driver) => requests(run).map(({ demands }) => demands);
const keyOf = ({ step, item, iteration, attempt }: AttemptKey): AttemptKey => ({ step, item, iteration, attempt });

function grant(run: Driver, which = 0) {
  const request = requests(run)[which];
  if (request === undefined) throw new Error('Nobody asks for slots.');
  return run.send({ type: 'slots_granted', key: keyOf(request), request: request.request });
}

function refuse(run: Driver, reason: RefusalReason) {
  const [request] = requests(run);
  if (request === undefined) throw new Error('Nobody asks for slots.');
  const by = reason === 'superseded' ? runId('9') : null;
  return run.send({ type: 'slots_refused', key: keyOf(request), request: request.request, reason, limit: 'prod', by });
}

const children = (run: Driver) =>
  run.store.outbox.flatMap((message) => (message.kind === 'start_child' ? [message] : []));

describe('a limited step', () => {
  test('asks with its key made from the input, and waits until it is granted, also when it is free', () => {
    const run = runOf(
      { priority: 3, steps: { a: { concurrency: [key('{{ input.env }}', { limit: 2 })], priority: 5 } } },
      { env: ' prod ' },
      { priority: 10 },
    );
    expect(run.statuses).toBe('a:waiting');
    expect(run.store.work.size).toBe(0);
    // The run was started with another priority than its plan's; what the step has beyond the plan's comes on top.
    expect(requests(run)).toMatchObject([
      {
        step: 0,
        attempt: 1,
        request: 0,
        workspace: 'test',
        priority: 12,
        requestedAt: 1_000,
        demands: [{ kind: 'concurrency', key: 'prod', limit: 2, whenFull: 'queue' }],
        above: [],
      },
    ]);
    expect(run.wait('a', 'slots').dueAt).toBeNull();
    expect(grant(run)).toBeNull();
    expect(run.statuses).toBe('a:ready');
    expect(requests(run)).toMatchObject([{ taken: true }]);
    run.succeed('a');
    expect([run.status, requests(run)]).toEqual(['succeeded', []]);
  });

  test('asks for all of it at once: keys, rate and its queue', () => {
    const run = runOf({
      queues: { slow: { name: 'slow', limit: 4 } },
      steps: {
        a: { concurrency: [key('x'), key('y')], rateLimit: { key: 'api', limit: 5, perMs: 1_000 }, queue: 'slow' },
        b: { queue: 'free' },
      },
    });
    expect(asked(run)).toEqual([
      [
        { kind: 'concurrency', key: 'x', limit: 1, whenFull: 'queue' },
        { kind: 'concurrency', key: 'y', limit: 1, whenFull: 'queue' },
        { kind: 'rate', key: 'api', limit: 5, perMs: 1_000 },
        { kind: 'queue', key: 'slow', limit: 4 },
      ],
    ]);
    expect(run.statuses).toBe('a:waiting b:ready');
  });

  test('of one limit that is named twice, the lower number counts; a key and a rate of one name are two', () => {
    const run = runOf({
      steps: {
        a: {
          concurrency: [key('x', { limit: 3 }), key('x', { limit: 2 }), key('x', { limit: 4 })],
          rateLimit: { key: 'x', limit: 1, perMs: 50 },
        },
      },
    });
    expect(asked(run)).toEqual([
      [
        { kind: 'concurrency', key: 'x', limit: 2, whenFull: 'queue' },
        { kind: 'rate', key: 'x', limit: 1, perMs: 50 },
      ],
    ]);
  });

  test.each([
    ['a number', 7, '7'],
    ['200 characters', 'x'.repeat(200), 'x'.repeat(200)],
  ])('takes %s for a key', (_, value, text) => {
    const run = runOf({ steps: { a: { concurrency: [key('{{ input.k }}')] } } }, { k: value });
    expect(asked(run)[0]?.[0]?.key).toBe(text);
  });

  test.each([
    ['nothing', '', 'it is "".'],
    ['spaces', '   ', 'it is "   ".'],
    ['too much', 'x'.repeat(201), 'a text of 201 characters'],
    ['two lines', 'a\nb', 'it is "a\\nb".'],
    ['null', null, 'it is null.'],
    ['a list', ['a'], 'it is ["a"].'],
  ])('fails when its key is %s, and says what it got', (_, value, got) => {
    const run = runOf({ steps: { a: { concurrency: [key('{{ input.k }}')] } } }, { k: value });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'invalid_key', retryable: false } });
    expect(run.step('a').error?.message).toMatch(/^`concurrency\.key` expects one line of 1 to 200 characters/);
    expect(run.step('a').error?.message).toContain(got);
    expect(requests(run)).toEqual([]);
  });

  test('names the rate when that is what is wrong', () => {
    const run = runOf({ steps: { a: { rateLimit: { key: '{{ input.k }}', limit: 1, perMs: 5 } } } }, { k: { a: 1 } });
    expect(run.step('a').error?.message).toMatch(/^`rate_limit\.key` expects/);
  });

  test('fails when its key cannot be worked out', () => {
    const run = runOf({ steps: { a: { concurrency: [key('{{ input.none.x }}')] } } });
    expect(run.step('a').status).toBe('failed');
  });

  test('whose queue_timeout passes while it waits has failed, and asks no more', () => {
    const run = runOf({ steps: { a: { concurrency: [key('x')], queueTimeoutMs: 5_000 } } });
    expect(run.wait('a', 'slots').dueAt).toBe(6_000);
    run.fire('a', 'slots');
    expect(run.step('a').status).toBe('timed_out');
    expect(requests(run)).toEqual([]);
  });

  test('asks again for each attempt, and lets go between them; a retry always waits', () => {
    const run = runOf({
      steps: {
        a: {
          concurrency: [key('x', { whenFull: 'skip' })],
          rateLimit: { key: 'r', limit: 1, perMs: 10 },
          retry: { attempts: 2, delayMs: 1_000 },
        },
      },
    });
    expect(asked(run)).toEqual([
      [
        { kind: 'concurrency', key: 'x', limit: 1, whenFull: 'skip' },
        { kind: 'rate', key: 'r', limit: 1, perMs: 10 },
      ],
    ]);
    grant(run);
    run.fail('a');
    expect(requests(run)).toEqual([]);
    run.fire('a', 'retry');
    expect(requests(run).map(({ attempt }) => attempt)).toEqual([2]);
    expect(asked(run)).toEqual([
      [
        { kind: 'concurrency', key: 'x', limit: 1, whenFull: 'queue' },
        { kind: 'rate', key: 'r', limit: 1, perMs: 10 },
      ],
    ]);
    grant(run);
    run.succeed('a');
    expect(run.step('a')).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  test('that is granted its slots during a pause lets go of them, and asks anew when it is resumed, under another number', () => {
    const run = runOf({ steps: { a: { concurrency: [key('x')] } } });
    const [first] = requests(run);
    run.pause();
    expect(requests(run)).toHaveLength(1);
    grant(run);
    expect([requests(run), run.wait('a', 'held').attempt]).toEqual([[], 1]);
    run.resume();
    expect(requests(run)).toMatchObject([{ request: 1, attempt: 1 }]);
    // The answer to the first request comes late.
    const late = { type: 'slots_granted', key: keyOf(first ?? { ...runKey, attempt: 0 }), request: 0 } as const;
    expect(run.send(late)?.code).toBe('not_waiting');
    expect(grant(run)).toBeNull();
    expect(run.statuses).toBe('a:ready');
  });

  test('of which slots were granted twice begins once', () => {
    const run = runOf({ steps: { a: { concurrency: [key('x')] } } });
    expect(grant(run)).toBeNull();
    expect(grant(run)).toEqual({ code: 'not_waiting', message: 'Attempt 1 of step 0 does not wait for these slots.' });
    expect(run.store.work.size).toBe(1);
  });

  test.each([
    ['full', 'limit_full', 'concurrency_skipped', 'The key prod was full, and the step says when_full: skip.'],
    ['superseded', 'limit_superseded', 'concurrency_superseded', 'Run 9 took its place in the line for the key prod'],
  ] as const)('that is refused as %s is skipped, which is no failure', (reason, why, code, message) => {
    const run = runOf({ steps: { a: { concurrency: [key('prod', { whenFull: 'skip' })] }, b: { needs: 'a' } } });
    expect(refuse(run, reason)).toBeNull();
    expect(run.step('a')).toMatchObject({ status: 'skipped', reason: why, error: { code } });
    expect(run.step('a').error?.message).toContain(message);
    expect(run.statuses).toContain('b:skipped(upstream_skipped)');
    expect([run.status, requests(run), run.store.waits.size]).toEqual(['succeeded', [], 0]);
  });

  test('that waits in a circle fails, and its retry policy is asked', () => {
    const run = runOf({ steps: { a: { concurrency: [key('prod')], retry: { attempts: 2 } } } });
    refuse(run, 'circle');
    expect(requests(run)).toMatchObject([{ attempt: 2 }]);
    refuse(run, 'circle');
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'limit_circle' } });
    expect(run.step('a').error?.message).toContain('the key prod in a circle');
  });

  test('each item asks for itself', () => {
    const run = runOf({ steps: { a: { forEach: ['x', 'y'], concurrency: [key('{{ item }}')] } } });
    expect(requests(run).map(({ item, demands }) => [item, demands[0]?.key])).toEqual([
      [0, 'x'],
      [1, 'y'],
    ]);
    grant(run, 1);
    expect([...run.store.work.values()].map(({ item }) => item)).toEqual([1]);
  });

  test('that is cancelled while it waits asks no more; what comes then is refused', () => {
    const run = runOf({ steps: { a: { concurrency: [key('x')] } } });
    const [request] = requests(run);
    run.cancel();
    expect([run.status, requests(run)]).toEqual(['cancelled', []]);
    const late = { type: 'slots_granted', key: keyOf(request ?? { ...runKey, attempt: 0 }), request: 0 } as const;
    expect(run.send(late)?.code).toBe('run_ended');
  });
});

describe('a limited run', () => {
  const limited = { concurrency: [key('{{ input.env }}')], timeoutMs: 10_000, steps: { a: {} } };
  const queued = (origin: Partial<RunOrigin> = {}) => runOf(limited, { env: 'prod' }, origin);

  test('is queued until it has its slots: nothing begins, and its timeout does not count', () => {
    const run = queued({ priority: 4 });
    expect([run.status, run.state.head.startedAt, run.store.work.size]).toEqual(['queued', null, 0]);
    expect(requests(run)).toMatchObject([
      { ...runKey, attempt: 0, request: 0, priority: 4, requestedAt: 1_000, workspace: 'test', above: [] },
    ]);
    expect([...run.store.waits.values()].map(({ kind }) => kind)).toEqual(['slots']);
    run.now = 60_000;
    expect(grant(run)).toBeNull();
    expect([run.status, run.state.head.startedAt, run.statuses]).toEqual(['running', 60_000, 'a:ready']);
    expect(run.wait(null, 'run_timeout').dueAt).toBe(70_000);
    expect(grant(run)).toEqual({ code: 'not_waiting', message: 'The run does not wait for these slots.' });
    run.succeed('a');
    expect([run.status, requests(run)]).toEqual(['succeeded', []]);
  });

  test.each([
    ['full', 'cancelled', 'concurrency_skipped', 'the workflow says when_full: skip'],
    ['superseded', 'cancelled', 'concurrency_superseded', 'Run 9 took its place in the line for the key prod'],
    ['circle', 'failed', 'limit_circle', 'the key prod in a circle'],
  ] as const)('that is refused as %s ends as %s without having begun', (reason, status, code, message) => {
    const run = queued();
    expect(refuse(run, reason)).toBeNull();
    expect(run.status).toBe(status);
    expect(run.state.head.error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(run.step('a').attempts).toBe(0);
    expect([requests(run), run.store.waits.size]).toEqual([[], 0]);
  });

  test('whose key cannot be made has failed', () => {
    const run = runOf(limited, { env: '' });
    expect([run.status, run.state.head.error]).toMatchObject(['failed', { code: 'invalid_key' }]);
  });

  test('whose limits are only a rate holds nothing', () => {
    const run = runOf({ rateLimit: { key: 'r', limit: 1, perMs: 1_000 }, steps: { a: { concurrency: [key('r')] } } });
    grant(run);
    expect(run.state.holds).toEqual([]);
    expect(requests(run).find(({ step }) => step === 0)).toMatchObject({ demands: [{ key: 'r' }], above: [] });
  });

  test('its steps do not ask for a key that it holds, and are below it for others', () => {
    const run = runOf({
      concurrency: [key('prod')],
      steps: {
        a: { concurrency: [key('prod')] },
        b: { concurrency: [key('prod'), key('db')] },
        c: { rateLimit: { key: 'prod', limit: 1, perMs: 10 } },
      },
    });
    grant(run);
    expect(run.state.holds).toEqual(['prod']);
    expect(run.statuses).toBe('a:ready b:waiting c:waiting');
    // A rate of the same name is something else, of which nobody holds anything.
    expect(requests(run).filter(({ step }) => step >= 0)).toMatchObject([
      { step: 1, demands: [{ kind: 'concurrency', key: 'db' }], above: [{ run: '7', ...runKey }] },
      { step: 2, demands: [{ kind: 'rate', key: 'prod' }], above: [{ run: '7', ...runKey }] },
    ]);
  });

  test('a child is told of the keys above it, and asks for none of them', () => {
    const others = { inner: { input: fields({}), concurrency: [key('prod'), key('db')], steps: { x: {} } } };
    const run = runOf({
      concurrency: [key('prod')],
      others,
      steps: {
        call: { inline: { type: 'workflow', workflow: 'inner', wait: true }, concurrency: [key('call')] },
      },
    });
    grant(run);
    grant(run, 1);
    const [child] = children(run);
    expect(child?.holds).toEqual([
      { run: '7', ...runKey, keys: ['prod'] },
      { run: '7', step: 0, item: -1, iteration: 0, keys: ['call'] },
    ]);
    const below = runOf({ ...others.inner }, {}, { holds: child?.holds ?? [] });
    expect(requests(below)).toMatchObject([
      {
        demands: [{ key: 'db' }],
        above: [
          { run: '7', step: -1 },
          { run: '7', step: 0 },
        ],
      },
    ]);
    const free = runOf({ concurrency: [key('prod')], steps: { x: {} } }, {}, { holds: child?.holds ?? [] });
    expect([free.status, requests(free)]).toEqual(['running', []]);
  });

  test('that was paused while it queued begins paused, and its timeout counts from when it is resumed', () => {
    const run = queued();
    run.now = 3_000;
    run.pause();
    expect([run.status, requests(run).length]).toEqual(['paused', 1]);
    run.now = 8_000;
    grant(run);
    expect([run.status, run.statuses, run.state.head.startedAt]).toEqual(['paused', 'a:waiting', 8_000]);
    run.now = 9_000;
    run.resume();
    expect([run.status, run.statuses]).toEqual(['running', 'a:ready']);
    expect(run.wait(null, 'run_timeout').dueAt).toBe(19_000);
  });
});
