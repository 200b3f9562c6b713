import type { JsonObject } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { afterEach, describe, expect, it } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Engine } from '../engine-types.ts';
import type { Store } from '../ports/store.ts';

let test: TestEngine | null = null;
afterEach(async () => {
  await test?.stop();
  test = null;
});

/** A workflow that ends at once, and one that waits for a worker that never comes. */
const workflows = `
workflows:
  quick:
    input: { at: { type: string }, who: { type: string } }
    steps: { never: { type: shell, cmd: x, when: 1 == 2 } }
  slow:
    steps: { work: { type: shell, cmd: x } }
triggers:
`;
const yamlOf = (triggers: Readonly<Record<string, string>>): string =>
  workflows +
  Object.entries(triggers)
    .map(([name, text]) => `  ${name}: { type: schedule, ${text} }\n`)
    .join('');

async function begin(
  triggers: Readonly<Record<string, string>>,
  options: Parameters<typeof startTestEngine>[1] = {},
): Promise<TestEngine> {
  test = await startTestEngine(yamlOf(triggers), options);
  await settle();
  return test;
}

let revisions = 1;
async function publish(engine: Engine, triggers: Readonly<Record<string, string>>): Promise<void> {
  revisions += 1;
  const text = Object.keys(triggers).length === 0 ? workflows.replace('triggers:\n', '') : yamlOf(triggers);
  const { definitions, diagnostics } = loadDefinitions([{ path: '.workflows/test.yaml', text }]);
  const request = {
    workspace: 'test',
    revision: `r${revisions}`,
    source: { type: 'test' },
    definitions,
    diagnostics,
    files: null,
  };
  const { revision } = await engine.publishWorkspace(request);
  expect(revision).toBe(`r${revisions}`);
  await settle();
}

/** The ticks that have runs, oldest first, as `HH:MM:SS` with why each started where it was not time. */
async function ticks({ engine }: TestEngine): Promise<readonly string[]> {
  const { items } = await engine.queries.listRuns({}, { limit: 500, after: null });
  return items
    .map(({ trigger }) => trigger as JsonObject)
    .map(({ scheduled_at: at, reason }) => String(at).slice(11, 19) + (reason === 'tick' ? '' : ` ${String(reason)}`))
    .reverse();
}

const key = (name: string) => ({ workspace: 'test', name });
const minutes = (count: number): number => count * 60_000;

describe('a schedule', () => {
  it('starts a run for each of its times, with what its templates make of the time', async () => {
    const t = await begin({
      a: 'cron: "*/2 * * * *", timezone: Asia/Tokyo, workflow: quick, input: { at: "{{ trigger.scheduled_at }}", who: "{{ trigger.name }} {{ trigger.reason }}" }',
    });
    await t.clock.advance(minutes(6));
    expect(await ticks(t)).toEqual(['00:02:00', '00:04:00', '00:06:00']);
    expect(t.engine.stats().ticks).toEqual({ started: 3, skipped: 0, failed: 0 });
    const [last] = (await t.engine.queries.listRuns({}, { limit: 1, after: null })).items;
    expect(last?.trigger).toEqual({
      type: 'schedule',
      name: 'a',
      scheduled_at: '2026-01-01T00:06:00.000Z',
      timezone: 'Asia/Tokyo',
      reason: 'tick',
      by: null,
    });
    expect(last?.startKey).toBe('schedule:a:2026-01-01T00:06:00.000Z');
    if (last === undefined) throw new Error('There is no run.');
    expect((await t.engine.getRun(last.id)).input).toEqual({ at: '2026-01-01T00:06:00.000Z', who: 'a tick' });
    expect(t.errors).toEqual([]);
  });

  it('starts one run for each time, however many servers there are', async () => {
    const t = await begin({ a: 'every: 10s, workflow: quick', b: 'every: 15s, workflow: quick' });
    await t.another('second');
    await t.another('third');
    await t.clock.advance(minutes(1) + 10);
    expect((await ticks(t)).length).toBe(6 + 4);
  });

  it('is put off by its jitter, always by the same, and tells its nominal time', async () => {
    const t = await begin({ a: 'every: 10m, jitter: 9m, workflow: quick' });
    const first = (await t.engine.schedules.get(key('a'))).schedule.next;
    if (first === null) throw new Error('It has no next tick.');
    const [tickAt, fireAt] = [first.tickAt, first.fireAt];
    expect(tickAt).toBe(t.clock.now() + minutes(10));
    expect(fireAt).toBeGreaterThan(tickAt);
    await t.clock.advance(fireAt - t.clock.now() - 1);
    expect(await ticks(t)).toEqual([]);
    await t.clock.advance(20);
    expect(await ticks(t)).toEqual(['00:10:00']);
  });

  it.each([
    ['none', ['00:05:00']],
    ['last', ['00:04:00 catch_up', '00:05:00']],
    ['all', ['00:01:00 catch_up', '00:02:00 catch_up', '00:03:00 catch_up', '00:04:00 catch_up', '00:05:00']],
    ['all, catch_up_limit: 2', ['00:03:00 catch_up', '00:04:00 catch_up', '00:05:00']],
  ])('that nobody could fire for a while, with catch_up: %s', async (catchUp, expected) => {
    const t = await begin(
      { a: `cron: "* * * * *", catch_up: ${catchUp}, workflow: quick` },
      { settings: { scheduleGraceMs: 30_000 } },
    );
    await t.engine.stop();
    await t.clock.advance(minutes(5) + 10_000);
    const other = await t.another('second');
    await t.clock.advance(0);
    expect(await ticks(t)).toEqual(expected);
    const { schedule } = await other.schedules.get(key('a'));
    expect(schedule.dropped === null).toBe(expected.length === 5);
    await t.clock.advance(minutes(1));
    expect((await ticks(t)).at(-1)).toBe('00:06:00');
  });

  it('whose server dies between starting and saving gets no second run', async () => {
    let lost = 0;
    const lossy = (store: Store): Store => ({
      ...store,
      schedules: {
        ...store.schedules,
        async save(schedules) {
          lost += 1;
          if (lost <= 2 && schedules.length > 0) throw new Error('The server died.');
          return store.schedules.save(schedules);
        },
      },
    });
    const t = await begin({ a: 'cron: "* * * * *", workflow: quick' }, { wrap: lossy });
    await t.clock.advance(minutes(4));
    expect(lost).toBeGreaterThan(2);
    expect(await ticks(t)).toEqual(['00:01:00', '00:02:00', '00:03:00', '00:04:00']);
  });

  it('of one date starts once', async () => {
    const t = await begin({
      a: 'at: 2026-01-01T00:03:00, workflow: quick',
      b: 'at: 2025-12-31T00:00:00Z, workflow: quick',
    });
    await t.clock.advance(minutes(10));
    expect(await ticks(t)).toEqual(['00:03:00']);
    expect((await t.engine.schedules.get(key('b'))).answers).toEqual([{ reason: 'no_more_ticks', lastAt: null }]);
  });

  it('with an input that is refused goes on, and says so', async () => {
    const t = await begin({
      a: 'every: 1m, workflow: quick, input: { at: "{{ trigger.by | upper }}" }',
      b: 'every: 1m, workflow: quick, input: { who: "{{ 5 }}" }',
    });
    await t.clock.advance(minutes(2));
    const [a, b] = [await t.engine.schedules.get(key('a')), await t.engine.schedules.get(key('b'))];
    expect(a.answers[0]).toMatchObject({ reason: 'last_tick_failed', error: { code: 'invalid_input' } });
    expect(b.answers[0]).toMatchObject({ reason: 'last_tick_failed', tickAt: t.clock.now() });
    expect(b.answers.at(-1)).toMatchObject({ reason: 'waiting' });
    expect(await ticks(t)).toEqual([]);
  });
});

describe('a limit on runs', () => {
  it('skip: no second run while the first is under way', async () => {
    const t = await begin({ a: 'every: 1m, concurrency: skip, workflow: slow' });
    await t.clock.advance(minutes(3));
    expect(await ticks(t)).toEqual(['00:01:00']);
    const { schedule, answers } = await t.engine.schedules.get(key('a'));
    expect(schedule.lastTick).toMatchObject({ result: 'skipped', run: schedule.lastRun });
    expect(answers[0]).toMatchObject({ reason: 'previous_run_active', run: schedule.lastRun, policy: 'skip' });
    if (schedule.lastRun === null) throw new Error('It has no run.');
    await t.engine.cancelRun(schedule.lastRun, { by: 'me', reason: null, force: true });
    await t.clock.advance(minutes(1));
    expect(await ticks(t)).toEqual(['00:01:00', '00:04:00']);
  });

  it('cancel_previous: the run before is cancelled', async () => {
    const t = await begin({ a: 'every: 1m, concurrency: cancel_previous, workflow: slow' });
    await t.clock.advance(minutes(3));
    expect(await ticks(t)).toEqual(['00:01:00', '00:02:00', '00:03:00']);
    const { items } = await t.engine.queries.listRuns({}, { limit: 9, after: null });
    expect(items.map(({ status }) => status)).toEqual(['running', 'cancelled', 'cancelled']);
  });
});

describe('a new revision', () => {
  it('with other times: old ticks until now, new ones after now, none lost and none doubled', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick' });
    await t.clock.advance(minutes(2) + 30_000);
    await publish(t.engine, { a: 'every: 40s, workflow: quick' });
    await t.clock.advance(90_000);
    expect(await ticks(t)).toEqual(['00:01:00', '00:02:00', '00:02:40', '00:03:20', '00:04:00']);
  });

  it('that comes while a tick is owed starts it by the definition that owes it', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick, catch_up: all, input: { who: old }' });
    await t.engine.stop();
    await t.clock.advance(minutes(2) + 30_000);
    await publish(t.engine, { a: 'every: 40s, workflow: slow' });
    const other = await t.another('second');
    await t.clock.advance(0);
    const { items } = await other.queries.listRuns({}, { limit: 9, after: null });
    expect(items.map(({ workflow, revision }) => [workflow, revision])).toEqual([
      ['quick', 'r1'],
      ['quick', 'r1'],
    ]);
    await t.clock.advance(10_000);
    expect(await ticks(t)).toEqual(['00:01:00 catch_up', '00:02:00', '00:02:40']);
  });

  it('that changes only the input keeps the next tick', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick, input: { who: old }' });
    const before = (await t.engine.schedules.get(key('a'))).schedule;
    await t.clock.advance(30_000);
    await publish(t.engine, { a: 'every: 1m, workflow: quick, input: { who: new }' });
    const after = (await t.engine.schedules.get(key('a'))).schedule;
    expect([after.next, after.decidedUntil]).toEqual([before.next, before.decidedUntil]);
    expect(after.definition.input).toEqual({ who: 'new' });
  });

  it('without it ends it, what somebody decided about it included', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick', b: 'every: 1m, workflow: quick' });
    await t.engine.schedules.override(key('a'), { to: 'disabled', by: 'ada', reason: null });
    await publish(t.engine, { b: 'every: 1m, workflow: quick' });
    await expect(t.engine.schedules.get(key('a'))).rejects.toMatchObject({
      code: 'schedule_not_found',
      hint: 'It has: b.',
    });
    await publish(t.engine, {});
    await t.clock.advance(minutes(2));
    expect(await ticks(t)).toEqual([]);
    await publish(t.engine, { a: 'every: 1m, workflow: quick' });
    expect((await t.engine.schedules.get(key('a'))).schedule.override).toBeNull();
  });

  it('whose server dies right after publishing it comes into force by another', async () => {
    let broken = false;
    const t = await begin(
      { a: 'every: 1m, workflow: quick' },
      {
        wrap: (store) => ({
          ...store,
          schedules: {
            ...store.schedules,
            replace: (request) => (broken ? Promise.reject(new Error('gone')) : store.schedules.replace(request)),
          },
        }),
      },
    );
    broken = true;
    await publish(t.engine, { a: 'every: 20s, workflow: quick' });
    broken = false;
    await t.clock.advance(minutes(1));
    expect(await ticks(t)).toEqual(['00:00:20', '00:00:40', '00:01:00']);
  });
});

describe('what somebody decides at run time', () => {
  it('counts more than the definition, over reloads, until it is taken back', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick' });
    const off = await t.engine.schedules.override(key('a'), { to: 'disabled', by: 'ada', reason: 'too loud' });
    expect(off.answers).toEqual([
      { reason: 'disabled_by_person', override: { enabled: false, by: 'ada', at: t.clock.now(), reason: 'too loud' } },
    ]);
    await publish(t.engine, { a: 'every: 30s, workflow: quick' });
    await t.clock.advance(minutes(2));
    expect(await ticks(t)).toEqual([]);
    await t.engine.schedules.override(key('a'), { to: 'reset', by: 'ada', reason: null });
    await t.clock.advance(minutes(1));
    expect(await ticks(t)).toEqual(['00:02:30', '00:03:00']);
  });

  it('enables what the definition disables; ticks that passed before do not start later', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick, enabled: false, catch_up: all' });
    await t.clock.advance(minutes(2) + 5_000);
    expect((await t.engine.schedules.get(key('a'))).answers).toEqual([{ reason: 'disabled_by_definition' }]);
    const second = await t.another('second');
    await second.schedules.override(key('a'), { to: 'enabled', by: 'ada', reason: null });
    await t.clock.advance(minutes(1));
    expect(await ticks(t)).toEqual(['00:03:00']);
  });
});

describe('a backfill', () => {
  const at = (text: string): number => Date.parse(`2025-12-${text}Z`);

  it('starts a run for each past time that has none, with its nominal time; again: nothing', async () => {
    const t = await begin({ a: 'cron: "0 2 * * *", workflow: quick, enabled: false' });
    const range = { from: at('01T00:00:00'), to: at('04T02:00:00'), by: 'ada' };
    const dry = await t.engine.schedules.backfill(key('a'), { ...range, dryRun: true });
    expect(dry.map(({ tickAt, run, created }) => [new Date(tickAt).getUTCDate(), run, created])).toEqual([
      [1, null, true],
      [2, null, true],
      [3, null, true],
      [4, null, true],
    ]);
    expect(await ticks(t)).toEqual([]);
    const filled = await t.engine.schedules.backfill(key('a'), { ...range, dryRun: false });
    expect(filled.map(({ created }) => created)).toEqual([true, true, true, true]);
    expect(await ticks(t)).toEqual(Array.from({ length: 4 }, () => '02:00:00 backfill'));
    const again = await t.engine.schedules.backfill(key('a'), { ...range, dryRun: false });
    expect(again).toEqual(filled.map((tick) => ({ ...tick, created: false })));
    expect(await t.engine.schedules.backfill(key('a'), { ...range, dryRun: true })).toEqual(again);
  });

  it('is bounded, and only of the past', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick' });
    const backfill = (from: number, to: number) =>
      t.engine.schedules.backfill(key('a'), { from, to, by: 'ada', dryRun: true });
    await expect(backfill(at('01T00:00:00'), at('02T00:00:00'))).rejects.toMatchObject({
      code: 'too_large',
      hint: 'Fill it in parts, the first one up to 2025-12-01T16:39:00.000Z.',
    });
    await expect(backfill(t.clock.now(), t.clock.now() + 1)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(backfill(at('02T00:00:00'), at('01T00:00:00'))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await backfill(at('01T00:00:00'), at('01T16:39:00'))).toHaveLength(1_000);
  });
});

it('a schedule can be fired now, also a disabled one; with a key, once', async () => {
  const t = await begin({ a: 'every: 1h, workflow: quick, enabled: false, input: { who: "{{ trigger.by }}" }' });
  const first = await t.engine.schedules.fire(key('a'), { by: 'ada', startKey: 'k' });
  const second = await t.engine.schedules.fire(key('a'), { by: 'ada', startKey: 'k' });
  expect([first.created, second]).toEqual([true, { run: first.run, created: false }]);
  const detail = await t.engine.getRun(first.run);
  expect([detail.input, detail.run.trigger.reason]).toEqual([{ who: 'ada' }, 'manual']);
});

it('the times to come are told, also of a disabled schedule', async () => {
  const t = await begin({ a: 'cron: "30 2 * * *", timezone: Europe/Oslo, workflow: quick, enabled: false' });
  const after = Date.parse('2026-03-27T12:00:00Z');
  const next = await t.engine.schedules.ticks(key('a'), { after, limit: 3 });
  expect(next.map((tick) => new Date(tick).toISOString())).toEqual([
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:30:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
});

describe('why a schedule does not start runs', () => {
  it('its workflow cannot be executed by this version', async () => {
    const t = await begin({ a: 'every: 1h, workflow: quick' });
    const { definitions, diagnostics } = loadDefinitions([
      {
        path: 'a.yaml',
        text: 'workflows:\n  w: { steps: { s: { type: docker, image: x } } }\ntriggers:\n  a: { type: schedule, every: 1m, workflow: w }\n',
      },
    ]);
    await t.engine.publishWorkspace({
      workspace: 'test',
      revision: 'docker',
      source: {},
      definitions,
      diagnostics,
      files: null,
    });
    expect((await t.engine.schedules.get(key('a'))).answers[0]).toMatchObject({
      reason: 'workflow_cannot_run',
      problem: { file: 'a.yaml' },
    });
    await t.clock.advance(minutes(1));
    expect((await t.engine.schedules.get(key('a'))).schedule.lastTick).toMatchObject({
      result: 'failed',
      error: { code: 'invalid_definition' },
    });
  });

  it('its source is invalid, so that an older definition is in force', async () => {
    const t = await begin({ a: 'every: 1h, workflow: quick' });
    const wrong = loadDefinitions([{ path: 'a.yaml', text: 'workflows: 3\n' }]);
    await t.engine.publishWorkspace({
      workspace: 'test',
      revision: 'wrong',
      source: {},
      definitions: null,
      diagnostics: wrong.diagnostics,
      files: null,
    });
    expect((await t.engine.schedules.get(key('a'))).answers).toMatchObject([
      { reason: 'source_invalid', errors: 1, revision: 'r1' },
      { reason: 'waiting' },
    ]);
  });

  it('it is late because no server fires schedules; and what was dropped then', async () => {
    const t = await begin({ a: 'every: 1m, workflow: quick' });
    await t.engine.stop();
    await t.clock.advance(minutes(5));
    expect((await t.engine.schedules.get(key('a'))).answers).toMatchObject([
      { reason: 'late', lateMs: minutes(4) },
      { reason: 'waiting' },
    ]);
    const other = await t.another('second');
    await t.clock.advance(0);
    expect((await other.schedules.get(key('a'))).answers[0]).toMatchObject({ reason: 'ticks_dropped' });
  });
});
