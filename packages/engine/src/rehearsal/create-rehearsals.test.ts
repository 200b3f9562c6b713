import type { Json } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { describe, expect, it } from 'vitest';
import { createRehearsals } from './create-rehearsals.ts';
import { spellings } from './mock-book.ts';
import type { MockedAnswer, MockedResult, RehearsalRequest } from './rehearsal-types.ts';

const day = 86_400_000;
const startsAt = Date.parse('2026-01-01T00:00:00Z');

const { definitions, diagnostics } = loadDefinitions([
  {
    path: '.workflows/a.yaml',
    text: `
workflows:
  patient:
    steps:
      before: { type: shell, cmd: 'true' }
      rest: { type: wait, for: 30d, depends_on: [before] }
      after: { type: shell, cmd: 'true', depends_on: [rest] }
  stubborn:
    steps:
      try: { type: shell, cmd: 'true', retry: { attempts: 5, delay: 1h, backoff: exponential, max_delay: 10h } }
  each:
    steps:
      one: { type: shell, cmd: 'true', for_each: [a, b, c], concurrency: 2, input: { item: "{{ item }}" } }
    output: { list: "{{ steps.one.output }}" }
  parent:
    steps:
      child: { type: workflow, workflow: each }
      regions: { action: region, for_each: [eu, us], input: { name: "{{ item }}" }, depends_on: [child] }
    output: { child: "{{ steps.child.output }}", regions: "{{ steps.regions.output }}" }
  region:
    input: { name: { type: string } }
    steps:
      roll: { type: shell, cmd: 'true', input: { region: "{{ input.name }}" } }
    output: { rolled: "{{ steps.roll.output }}" }
  limited:
    timeout: 1h
    steps:
      slow: { type: shell, cmd: 'true', timeout: 10m }
      next: { type: shell, cmd: 'true', when: failed(), depends_on: [slow] }
  packed:
    steps:
      pack: { type: docker, image: "tar:1", command: [tar] }
      run: { type: shell, cmd: 'true', image: "alpine:3", depends_on: [pack] }
  polite:
    steps:
      call: { type: shell, cmd: 'true', for_each: 5, rate_limit: { key: api, limit: 2, per: 1h } }
      load: { type: shell, cmd: 'true', for_each: 3, depends_on: [call], concurrency: { key: db } }
  exclusive:
    concurrency: { key: all }
    steps:
      both: { type: workflow, workflow: inner, for_each: 2 }
  inner:
    concurrency: [{ key: all }, { key: own }]
    steps:
      only: { type: shell, cmd: 'true' }
  endless:
    steps:
      rest: { type: wait, until: "9999-01-01T00:00:00Z" }
  guess:
    vars: { tries: 0 }
    steps:
      begin: { type: shell, cmd: 'true', next: [{ do: try }] }
      try:
        type: shell
        cmd: 'true'
        max_iterations: 10
        next:
          - { when: not steps.try.output.good, publish: { tries: "{{ vars.tries + 1 }}" }, do: try }
    output: { failed: "{{ vars.tries }}" }
  asking:
    steps:
      ask:
        type: approval
        prompt: Go?
        form: { tag: { type: string, default: v1 } }
        approvers: { users: [ada, bob, cy] }
        quorum: 2
        timeout: 2d
        escalate: { after: 1d, approvers: { users: [dora] } }
        retry: { attempts: 2, delay: 1h }
      after: { type: shell, cmd: 'true', depends_on: [ask], input: { by: "{{ steps.ask.output.by }}" } }
  patient-people:
    steps:
      ask: { type: approval, prompt: "{{ item }}?", for_each: [eu, us] }
  asked-below:
    steps:
      call: { type: workflow, workflow: patient-people }
  awaiting:
    steps:
      paid: { type: wait, event: { type: order.paid, when: event.payload.n > 1, timeout: 2d } }
      tell: { type: emit, event: order.told, payload: { n: "{{ steps.paid.output.payload.n }}" }, depends_on: [paid] }
      told: { type: wait, event: order.told, depends_on: [paid] }
    output: { told: "{{ steps.told.output.payload }}" }
  remembering:
    steps:
      one: { type: shell, cmd: make, cache: { key: same, ttl: 1h } }
      again: { type: shell, cmd: make, cache: { key: same, ttl: 1h }, depends_on: [one] }
      rest: { type: wait, for: 2h, depends_on: [again] }
      late: { type: shell, cmd: make, cache: { key: same, ttl: 1h }, depends_on: [rest] }
      call: { type: workflow, workflow: each, cache: { key: same, ttl: 1h } }
      other: { type: workflow, workflow: region, cache: { key: same, ttl: 1h }, depends_on: [call] }
  patient-for-ever:
    steps:
      paid: { type: wait, event: order.paid }
  hooked:
    steps:
      call: { type: workflow, workflow: hooked-below }
    on_failure:
      - { action: tell, input: { text: "{{ run.error.code }}" } }
      - { action: patient }
  hooked-below:
    steps:
      work: { type: shell, cmd: 'true' }
    on_failure: [{ action: tell, input: { text: "{{ run.nothing }}" } }]
  labelled:
    steps:
      special: { type: shell, cmd: 'true', labels: [gpu], queue: night }
actions:
  tell: { type: shell, cmd: 'echo {{ input.text }}', input: { text: { type: string } } }
`,
  },
]);
if (definitions === null) throw new Error(JSON.stringify(diagnostics));
const rehearsals = createRehearsals(definitions);

const ok = (output: Json = null, durationMs = 0): MockedResult => ({ kind: 'output', output, durationMs });
const broken = (code = 'exit_code'): MockedResult => ({
  kind: 'error',
  error: { code, message: 'Broken.' },
  durationMs: 0,
});

const rehearse = (
  workflow: string,
  mocks: Record<string, MockedResult | MockedResult[]>,
  more: Partial<RehearsalRequest> = {},
) =>
  rehearsals.rehearse({
    workflow,
    input: {},
    startsAt,
    cancel: null,
    events: [],
    mocks: new Map(Object.entries(mocks).map(([path, mock]) => [path, Array.isArray(mock) ? mock : [mock]])),
    ...more,
  });

describe('a rehearsal', () => {
  it('waits for rates and shared keys in virtual time', async () => {
    const { outcome, elapsedMs } = await rehearse('polite', { call: ok(), load: ok(null, 60_000) });
    expect(outcome).toMatchObject({ kind: 'run', status: 'succeeded' });
    // Five calls, two in an hour: the last one begins after two hours. Then three loads of a minute, one by one.
    const whole = 2 * 3_600_000 + 3 * 60_000;
    expect(elapsedMs).toBeGreaterThanOrEqual(whole);
    expect(elapsedMs).toBeLessThan(whole + 1_000);
  });

  it('lets child runs use what their parents hold, and queues them for the rest', async () => {
    const { outcome, elapsedMs } = await rehearse('exclusive', { 'both.only': ok(null, 1_000) });
    expect(outcome).toMatchObject({ kind: 'run', status: 'succeeded' });
    expect(elapsedMs).toBe(2_000);
  });

  it('jumps over a wait of 30 days, to the millisecond', async () => {
    const { outcome, elapsedMs, steps } = await rehearse('patient', { before: ok(null, 5_000), after: ok() });
    expect(outcome).toMatchObject({ kind: 'run', status: 'succeeded' });
    expect(elapsedMs).toBe(30 * day + 5_000);
    const moments = ['before', 'rest', 'after'].flatMap((name) => [steps.get(name)?.began, steps.get(name)?.ended]);
    expect(moments).toEqual([...moments].sort((a, b) => Number(a) - Number(b)));
    expect(moments).not.toContain(null);
  });

  it('gives each attempt its result; the last one repeats', async () => {
    const { outcome, elapsedMs, steps } = await rehearse('stubborn', { try: [broken(), broken(), ok('done')] });
    expect(outcome).toMatchObject({ status: 'succeeded' });
    expect(elapsedMs).toBe(3 * 3_600_000); // After one hour, then after two.
    expect(steps.get('try')).toMatchObject({ status: 'succeeded', attempts: 3, output: 'done' });
    const hopeless = await rehearse('stubborn', { try: broken() });
    expect(hopeless.outcome).toMatchObject({ status: 'failed', error: { code: 'exit_code', step: 'try' } });
    expect(hopeless.steps.get('try')).toMatchObject({ attempts: 5 });
  });

  it('loses workers without using up an attempt', async () => {
    const lost: MockedResult = { kind: 'lost', durationMs: 1_000 };
    const { steps } = await rehearse('stubborn', { try: [lost, ok()] });
    expect(steps.get('try')).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  it('has a cache, whose time is virtual as well', async () => {
    const mocks = { one: ok('x'), again: ok('y'), late: ok('z'), call: ok('c'), other: ok('o') };
    const { outcome, steps } = await rehearse('remembering', mocks);
    expect(outcome).toMatchObject({ status: 'succeeded' });
    expect(steps.get('again')).toMatchObject({ status: 'succeeded', reason: 'cached', output: 'x' });
    expect(steps.get('late')).toMatchObject({ reason: null, output: 'z' });
    // Their mocks are carried out by the same worker, and are not taken for the same action.
    expect([steps.get('call')?.output, steps.get('other')?.output]).toEqual(['c', 'o']);
  });

  it('mocks each item of a for-each, or all of them', async () => {
    const { outcome, steps } = await rehearse('each', { one: ok('x'), 'one[1]': [ok('y')] });
    expect(outcome).toMatchObject({ output: { list: ['x', 'y', 'x'] } });
    expect(steps.get('one[1]')).toMatchObject({ status: 'succeeded', output: 'y', input: { item: 'b' } });
  });

  it('runs sub-workflows; their steps are named by the step that calls them', async () => {
    const mocks = { 'child.one': ok(1), 'regions.roll': ok('fine'), 'regions[1].roll': ok('slow') };
    const { outcome, steps, unmocked } = await rehearse('parent', mocks);
    expect(unmocked).toEqual([]);
    expect(outcome).toMatchObject({
      output: { child: { list: [1, 1, 1] }, regions: [{ rolled: 'fine' }, { rolled: 'slow' }] },
    });
    expect(steps.get('child.one[2]')).toMatchObject({ status: 'succeeded' });
    expect(steps.get('regions[1].roll')).toMatchObject({ input: { region: 'us' }, output: 'slow' });
  });

  it('takes the mock of a step that the engine carries out itself instead', async () => {
    const whole = await rehearse('parent', { child: ok('mocked'), 'regions[0]': ok(0), regions: ok(1) });
    expect(whole.outcome).toMatchObject({ output: { child: 'mocked', regions: [0, 1] } });
    const quick = await rehearse('patient', { before: ok(), rest: ok(), after: ok() });
    expect(quick.elapsedMs).toBe(0);
    const real = await rehearse('patient', { before: ok(), after: ok() });
    expect(real.elapsedMs).toBe(30 * day); // The plan of the others is as it was.
  });

  it('fails a step that has no mock, and says which', async () => {
    const { outcome, unmocked } = await rehearse('parent', {});
    expect(outcome).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('no mock') } });
    expect(unmocked).toEqual(['child.one']);
  });

  it('ends what takes longer than its time limit', async () => {
    const { outcome, elapsedMs, steps } = await rehearse('limited', { slow: ok(null, 20 * 60_000), next: ok() });
    expect(steps.get('slow')).toMatchObject({ status: 'timed_out', error: { code: 'timeout' } });
    expect(steps.get('next')).toMatchObject({ status: 'succeeded' });
    expect(outcome).toMatchObject({ kind: 'run' });
    expect(elapsedMs).toBe(10 * 60_000);
    const whole = await rehearse('limited', { slow: broken(), next: ok(null, 2 * day) });
    expect(whole.outcome).toMatchObject({ status: 'timed_out' });
    expect(whole.elapsedMs).toBe(3_600_000);
  });

  it('cancels the run when it is asked to', async () => {
    const cancel = { afterMs: 7 * day, reason: 'enough', force: false };
    const { outcome, elapsedMs, steps } = await rehearse('patient', { before: ok() }, { cancel });
    expect(outcome).toMatchObject({ status: 'cancelled' });
    expect(elapsedMs).toBe(7 * day);
    expect(steps.get('rest')).toMatchObject({ status: 'cancelled' });
    expect(steps.get('after')).toMatchObject({ began: null });
  });

  it('that is cancelled at the moment when it ends is not disturbed', async () => {
    const cancel = { afterMs: 30 * day, reason: null, force: false };
    const { outcome } = await rehearse('patient', { before: ok(), after: ok() }, { cancel });
    expect(outcome).toMatchObject({ kind: 'run' });
    const quick = await rehearse('each', { one: ok() }, { cancel: { ...cancel, afterMs: 0 } });
    expect(quick.outcome).toMatchObject({ kind: 'run' });
  });

  it('gives each iteration of a loop its result', async () => {
    const good = (value: boolean) => ok({ good: value });
    const { outcome } = await rehearse('guess', { begin: ok(), try: [good(false), good(false), good(true)] });
    expect(outcome).toMatchObject({ status: 'succeeded', output: { failed: 2 } });
  });

  it('mocks kinds of steps that cannot be executed yet', async () => {
    expect((await rehearse('packed', { pack: ok(), run: ok() })).outcome).toMatchObject({ status: 'succeeded' });
    expect((await rehearse('packed', { pack: ok() })).unmocked).toEqual(['run']);
  });

  it('tells when nothing is left that could happen', async () => {
    const { outcome, stuck } = await rehearse('endless', {});
    expect(outcome).toMatchObject({ kind: 'run', status: 'running' });
    expect(stuck).toContain('Nothing is left');
  });

  it('serves every queue and label', async () => {
    expect((await rehearse('labelled', { special: ok() })).outcome).toMatchObject({ status: 'succeeded' });
  });

  it('tells when the start is refused', async () => {
    const refused = await rehearse('region', {}, { input: { name: 1, other: 2 } });
    expect(refused.outcome).toMatchObject({ kind: 'refused', code: 'invalid_input' });
    expect((await rehearse('nothing', {})).outcome).toMatchObject({ kind: 'refused', code: 'workflow_not_found' });
  });
});

describe('people in a rehearsal', () => {
  const answer = (decision: 'approve' | 'reject', more: Partial<MockedAnswer> = {}): MockedResult => ({
    ...{ kind: 'answer', decision, by: null, values: {}, comment: null, durationMs: 0 },
    ...more,
  });

  it('answer as the mocks say, when they say it: as many as it takes, or those who are named', async () => {
    const all = await rehearse('asking', {
      ask: answer('approve', { durationMs: 60_000, values: { tag: 'v7' } }),
      after: ok(),
    });
    expect(all.elapsedMs).toBe(60_000);
    expect(all.steps.get('ask')).toMatchObject({ output: { by: 'bob', values: { tag: 'v7' } } });
    expect(all.steps.get('after')).toMatchObject({ input: { by: 'bob' } });
    const no = await rehearse('asking', { ask: answer('reject', { by: ['cy'], comment: 'No.' }) });
    expect(no.outcome).toMatchObject({
      status: 'failed',
      error: { code: 'approval_rejected', message: 'Rejected by cy: No.' },
    });
  });

  it('who do not answer leave it to time: escalation, time-out, retry', async () => {
    const { elapsedMs, steps, outcome } = await rehearse('asking', { ask: answer('approve', { by: ['ada'] }) });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'approval_timed_out' } });
    expect(steps.get('ask')).toMatchObject({ attempts: 2, reason: 'approval_timed_out' });
    expect(elapsedMs).toBe(4 * day + 3_600_000);
    const late = answer('approve', { by: ['dora', 'ada'], durationMs: day + 1 });
    const mocks = { ask: [{ kind: 'unanswered', durationMs: 0 } as const, late], after: ok() };
    expect((await rehearse('asking', mocks)).steps.get('ask')).toMatchObject({ status: 'succeeded', attempts: 2 });
    const tooLate = await rehearse('asking', { ask: answer('approve', { durationMs: 3 * day }) });
    expect(tooLate.outcome).toMatchObject({ status: 'failed' });
  });

  it('are told of when nobody mocked them and nothing else can happen', async () => {
    const { stuck, outcome } = await rehearse('patient-people', { 'ask[1]': answer('approve') });
    expect(outcome).toMatchObject({ status: 'running' });
    expect(stuck).toContain('step `ask` waits for people. Mock their answer: `ask: { approve: true }`');
    const below = await rehearse('asked-below', { 'call.ask': answer('approve'), 'call.ask[1]': answer('reject') });
    expect(below.steps.get('call.ask[0]')).toMatchObject({ status: 'succeeded', output: { by: 'tester' } });
    expect(below.steps.get('call.ask[1]')).toMatchObject({ status: 'failed' });
  });

  it('who may not answer, or fill the form in wrong, are told of', async () => {
    const refused = await rehearse('asking', { ask: answer('approve', { by: ['eve'] }) });
    expect(refused.stuck).toContain('A mocked answer is refused. Step ask of run 1: eve may not answer');
    expect((await rehearse('asking', { ask: answer('approve', { values: { tag: 1 } }) })).stuck).toContain('/tag');
  });

  it('are not asked where the whole approval is mocked', async () => {
    const { steps } = await rehearse('asking', { ask: ok({ by: 'mock' }), after: ok() });
    expect(steps.get('after')).toMatchObject({ input: { by: 'mock' } });
  });
});

describe('events in a rehearsal', () => {
  const paid = (n: number, afterMs: number) => ({ type: 'order.paid', payload: { n }, afterMs });

  it('arrive in virtual time; what a run emits reaches who waits for it', async () => {
    const events = [paid(2, day), paid(1, 60_000)];
    const { outcome, elapsedMs, steps } = await rehearse('awaiting', { told: ok({ payload: 'mocked' }) }, { events });
    expect(outcome).toMatchObject({ status: 'succeeded', output: { told: 'mocked' } });
    expect(elapsedMs).toBe(day);
    expect(steps.get('tell')).toMatchObject({ output: { type: 'order.told', payload: { n: 2 } } });
    expect(steps.get('paid')).toMatchObject({ output: { type: 'order.paid', source: { type: 'test' } } });
  });

  it('that do not come leave it to the time-out, or to whoever reads why nothing happens', async () => {
    const late = await rehearse('awaiting', {}, { events: [paid(1, 0), paid(3, 3 * day)] });
    expect(late.outcome).toMatchObject({ status: 'failed', error: { code: 'event_timed_out' } });
    expect(late.elapsedMs).toBe(2 * day);
    const { stuck } = await rehearse('patient-for-ever', {});
    expect(stuck).toContain('step `paid` waits for an event `order.paid`. Give it with `events`.');
    const whole = await rehearse('patient-for-ever', { paid: ok({ payload: {} }) });
    expect(whole.outcome).toMatchObject({ status: 'succeeded' });
  });
});

describe('the spellings of a path', () => {
  it('leave out items, those with most items first', () => {
    expect(spellings('a[1].b[2]')).toEqual(['a[1].b[2]', 'a.b[2]', 'a[1].b', 'a.b']);
    expect(spellings('a.b')).toEqual(['a.b']);
  });
});

describe('hooks in a rehearsal', () => {
  it('are called for real, take no time of the run, and are mocked behind their names', async () => {
    const { hooks, elapsedMs, outcome, steps, unmocked } = await rehearse('hooked', {
      'call.work': { ...broken(), durationMs: 1_000 },
      'on_failure.tell': { ...broken('deaf'), durationMs: 60_000 },
      'on_failure.patient.after': ok('swept'),
    });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'child_failed' } });
    expect(elapsedMs).toBe(1_000);
    expect(hooks).toMatchObject([
      { call: 'on_failure.tell', input: { text: 'child_failed' }, status: 'failed', error: { code: 'deaf' } },
      { call: 'on_failure.patient', input: {}, status: 'succeeded', error: null },
      { call: 'call.on_failure.tell', input: undefined, status: null, error: { code: 'expression' } },
    ]);
    expect(steps.get('on_failure.patient.after')).toMatchObject({ status: 'succeeded', output: 'swept' });
    // Those without a mock have succeeded.
    expect(steps.get('on_failure.patient.before')).toMatchObject({ status: 'succeeded' });
    expect(unmocked).toEqual([]);
  });
});
