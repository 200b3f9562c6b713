import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import { createFakeSources } from '../../testkit/fake-sources.ts';
import { sampleAnswers } from '../../testkit/sample-answers.ts';

let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  server = createCheckedServer({ sources: createFakeSources() });
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

const runs = '/api/v1/workspaces/shop/workflows/release/runs';

async function call(method: 'GET' | 'POST', url: string, payload?: unknown, headers: Record<string, string> = {}) {
  const answer = await server.app.inject({
    method,
    url,
    headers: {
      host: 'localhost',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload: payload as object }),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

describe('running a run again', () => {
  test('hands everything to the engine, and shows both sides of it', async () => {
    const id = await server.fake.start();
    server.fake.end(id, 'failed');
    const { status, body, headers } = await call('POST', `/api/v1/runs/${id}/rerun`, {
      from: ['failed', { step: 'build' }, { step: 'test', items: [0, 3] }],
      input: { tag: 'v2' },
      plan: { revision: 'r0' },
      idempotency_key: 'k',
    });
    expect([status, body]).toEqual([201, { id: '1001', created: true, rerun_of: id }]);
    expect(headers.location).toBe('/api/v1/runs/1001');
    expect(server.fake.seen.reruns).toEqual([
      {
        from: [
          { type: 'failed' },
          { type: 'step', step: 'build', items: null },
          { type: 'step', step: 'test', items: [0, 3] },
        ],
        input: { tag: 'v2' },
        plan: { revision: 'r0' },
        startKey: 'k',
      },
    ]);
    const old = await call('GET', `/api/v1/runs/${id}`);
    expect(old.body).toMatchObject({ rerun_of: null, reruns: [{ run: '1001', status: 'running' }] });
    const again = await call('GET', '/api/v1/runs/1001');
    expect(again.body).toMatchObject({
      rerun_of: { run: id, from: ['failed', { step: 'build' }, { step: 'test', items: [0, 3] }] },
      reruns: [],
      steps: { build: { reused: { run: id, attempt: 1, items: null } }, test: { reused: null } },
    });
    await call('GET', `/api/v1/runs?rerun_of=${id}`);
    expect(server.fake.seen.filters.at(-1)).toEqual({ rerunOf: id });
  });

  test('tells what called, the command line or another program; nothing else can be claimed', async () => {
    await call('POST', runs, { input: { tag: 'v1' }, via: 'cli' });
    expect(server.fake.seen.starts.at(-1)).toMatchObject({ trigger: { type: 'cli' } });
    const before = server.fake.seen.starts.length;
    for (const forged of [{ via: 'schedule' }, { via: 'webhook' }, { trigger: { type: 'cli' } }]) {
      const { status, body } = await call('POST', runs, { input: { tag: 'v1' }, ...forged });
      expect([status, body.error.code]).toEqual([400, 'invalid_request']);
    }
    expect(server.fake.seen.starts).toHaveLength(before);
  });

  test('twice with one key gives one run, and 200 the second time', async () => {
    const id = await server.fake.start();
    server.fake.end(id, 'failed');
    const url = `/api/v1/runs/${id}/rerun`;
    const first = await call('POST', url, { from: ['failed'] }, { 'idempotency-key': 'k' });
    const second = await call('POST', url, { from: ['failed'], idempotency_key: 'k' });
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id]);
    expect(server.fake.seen.reruns[0]).toEqual({ from: [{ type: 'failed' }], plan: 'same', startKey: 'k' });
  });

  test('is refused while it goes on, and without a starting point', async () => {
    const id = await server.fake.start();
    const early = await call('POST', `/api/v1/runs/${id}/rerun`, { from: ['failed'] });
    expect([early.status, early.body.error.code]).toEqual([409, 'run_not_ended']);
    for (const from of [[], ['faild'], [{ step: 'a', items: [-1] }], [{ stp: 'a' }]]) {
      const refused = await call('POST', `/api/v1/runs/${id}/rerun`, { from });
      expect([refused.status, refused.body.error.code]).toEqual([400, 'invalid_request']);
    }
  });
});

describe('acting on many runs', () => {
  test('hands the filter to the engine, and tells what came of each run', async () => {
    const [open, ended] = [await server.fake.start(), await server.fake.start()];
    server.fake.end(ended, 'succeeded');
    const { status, body } = await call('POST', '/api/v1/runs/bulk', {
      action: 'cancel',
      filter: { workflow: 'release', status: ['running'], tag: 't', created_after: '2026-11-01T00:00:00Z' },
      by: 'ada',
      force: true,
    });
    expect([status, body]).toMatchObject([
      200,
      {
        action: 'cancel',
        dry_run: false,
        counts: { done: 1, unchanged: 0, planned: 0, failed: 1 },
        items: [
          { run: open, status: 'running', outcome: 'done', rerun: '2000', error: null },
          { run: ended, outcome: 'failed', error: { code: 'run_ended', message: 'It has ended.', hint: 'No.' } },
        ],
        next: null,
      },
    ]);
    expect(server.fake.seen.bulks).toEqual([
      {
        action: 'cancel',
        filter: { workflow: 'release', status: ['running'], tag: 't', createdAfter: Date.UTC(2026, 10, 1) },
        by: 'ada',
        reason: null,
        force: true,
        plan: 'same',
        limit: 100,
        after: null,
        dryRun: false,
      },
    ]);
    const dry = await call('POST', '/api/v1/runs/bulk', { action: 'retry', filter: {}, dry_run: true, limit: 7 });
    expect(dry.body).toMatchObject({ dry_run: true, counts: { planned: 2 } });
    const wrong = await call('POST', '/api/v1/runs/bulk', { action: 'delete', filter: {} });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'invalid_request']);
  });
});

describe('starting a run', () => {
  test('hands everything to the engine', async () => {
    const { status, body, headers } = await call('POST', runs, {
      input: { tag: 'v1' },
      idempotency_key: 'k',
      tags: ['a'],
      priority: 3,
      revision: 'r0',
    });
    expect([status, body]).toEqual([201, { id: '1000', created: true, ended: null, run: null }]);
    expect(headers.location).toBe('/api/v1/runs/1000');
    expect(server.fake.seen.starts).toEqual([
      {
        workspace: 'shop',
        workflow: 'release',
        input: { tag: 'v1' },
        trigger: { type: 'api' },
        startKey: 'k',
        tags: ['a'],
        priority: 3,
        revision: 'r0',
      },
    ]);
  });

  test('twice with one key gives one run, and 200 the second time', async () => {
    const first = await call('POST', runs, { input: { tag: 'a' } }, { 'idempotency-key': 'k' });
    const second = await call('POST', runs, { input: { tag: 'a' }, idempotency_key: 'k' });
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id]);
    const both = await call('POST', runs, { idempotency_key: 'x' }, { 'idempotency-key': 'y' });
    expect([both.status, both.body.error.code]).toEqual([400, 'invalid_request']);
  });

  test('with wrong input names path, expected and actual', async () => {
    const { status, body } = await call('POST', runs, { input: {} });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'invalid_input',
      details: { problems: [{ path: '/tag', expected: 'string', actual: 'nothing' }] },
    });
  });

  test('waits for the end when it is asked to, and answers when the time is over', async () => {
    const early = await call('POST', runs, { input: { tag: 'a' }, wait: 0 });
    expect(early.body).toMatchObject({ ended: false, run: { status: 'running' } });
    const waiting = call('POST', runs, { input: { tag: 'a' }, wait: 50 });
    await expect.poll(() => server.fake.seen.waits).toBe(2);
    server.fake.end('1001' as never, 'succeeded', { ok: true });
    expect((await waiting).body).toMatchObject({ ended: true, run: { status: 'succeeded', output: { ok: true } } });
  });
});

describe('runs', () => {
  test('are listed by the filters, page by page', async () => {
    for (const tag of ['a', 'b', 'c']) await server.fake.start({ tag });
    const query =
      'workspace=shop&workflow=release&status=running&status=failed&parent=7&tag=t&top_level=true&created_after=2026-11-21T10:30:00%2B01:00&limit=2';
    const first = await call('GET', `/api/v1/runs?${query}`);
    expect(first.body.items.map((run: { id: string }) => run.id)).toEqual(['1002', '1001']);
    expect(server.fake.seen.filters[0]).toEqual({
      workspace: 'shop',
      workflow: 'release',
      status: ['running', 'failed'],
      parent: '7',
      tag: 't',
      topLevel: true,
      createdAfter: Date.UTC(2026, 10, 21, 9, 30),
    });
    const second = await call('GET', `/api/v1/runs?limit=2&after=${first.body.next}`);
    expect([second.body.items.length, second.body.next]).toEqual([1, null]);
  });

  test('are cancelled with a reason', async () => {
    const run = await server.fake.start();
    expect((await call('POST', `/api/v1/runs/${run}/cancel`, { reason: 'late', force: true })).status).toBe(202);
    expect(server.fake.seen.cancels).toEqual([{ by: 'api', reason: 'late', force: true }]);
    server.fake.end(run, 'failed');
    expect((await call('POST', `/api/v1/runs/${run}/cancel`, {})).body.error.code).toBe('run_ended');
  });

  test('are paused and resumed, by whom the caller says, and not twice', async () => {
    const run = await server.fake.start();
    const paused = await call('POST', `/api/v1/runs/${run}/pause`, { by: 'ada', reason: 'Maintenance.' });
    expect([paused.status, paused.body]).toEqual([200, { id: run, status: 'paused' }]);
    const again = await call('POST', `/api/v1/runs/${run}/pause`, {});
    expect([again.status, again.body.error.code]).toEqual([409, 'run_paused']);
    const resumed = await call('POST', `/api/v1/runs/${run}/resume`, {});
    expect([resumed.status, resumed.body]).toEqual([200, { id: run, status: 'running' }]);
    const twice = await call('POST', `/api/v1/runs/${run}/resume`, {});
    expect([twice.status, twice.body.error.code]).toEqual([409, 'run_not_paused']);
    expect(server.fake.seen.pauses).toEqual([{ by: 'ada', reason: 'Maintenance.' }]);
    expect(server.fake.seen.resumptions).toEqual([{ by: 'api' }]);
  });

  test('are explained, as a whole or in parts; every reason is as the contract says', async () => {
    const run = await server.fake.start();
    const { status, body } = await call('GET', `/api/v1/runs/${run}/explain`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ run, workspace: 'shop', workflow: 'release', status: 'running', more: 0 });
    expect(body.answers.map(({ reason }: { reason: string }) => reason)).toEqual(Object.keys(sampleAnswers));
    const at = '2026-11-21T09:30:00.000Z';
    expect(body.answers).toContainEqual({
      step: 'build',
      item: -1,
      iteration: 0,
      attempt: 1,
      reason: 'retry_backoff',
      until: at,
      tries: 1,
      max_tries: 3,
      error: { code: 'exit_code', message: 'It broke.', details: { exit_code: 3 } },
      message: 'It waits.',
      changes: [{ by: 'clock', what: 'Time passes.', at, command: null }],
      deadlines: [{ kind: 'step_timeout', at }],
    });
    await call('GET', `/api/v1/runs/${run}/explain?step=build&item=7`);
    expect(server.fake.seen.explains).toEqual([{}, { step: 'build', item: 7 }]);
    expect((await call('GET', `/api/v1/runs/${run}/explain?item=-1`)).body.error.code).toBe('invalid_request');
    expect((await call('GET', '/api/v1/runs/7/explain')).status).toBe(404);
  });

  test('are waited for by a long poll', async () => {
    const run = await server.fake.start();
    expect((await call('GET', `/api/v1/runs/${run}/wait?timeout=0.01`)).body).toMatchObject({ ended: false });
    const waiting = call('GET', `/api/v1/runs/${run}/wait?timeout=50`);
    await expect.poll(() => server.fake.seen.waits).toBe(2);
    server.fake.end(run, 'timed_out');
    expect((await waiting).body).toMatchObject({ ended: true, run: { status: 'timed_out' } });
  });
});

describe('a workflow', () => {
  test('shows its graph and its input in both forms', async () => {
    const { body } = await call('GET', '/api/v1/workspaces/shop/workflows/release');
    expect(body.graph.edges).toEqual([{ from: 'build', to: 'test', kind: 'dependency', when: null }]);
    expect(body.input.parameters.tag).toEqual({ type: 'string', required: true, min_length: 1 });
    expect(body.input.json_schema).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        tag: { type: 'string', minLength: 1 },
        count: { type: 'integer', default: 1 },
        notes: { type: 'array', items: { type: 'string' }, description: 'Lines.' },
        key: { type: 'string', writeOnly: true },
      },
      required: ['tag'],
    });
  });

  test('that is not there is told with those that are', async () => {
    const { status, body } = await call('GET', '/api/v1/workspaces/shop/workflows/relaese');
    expect([status, body.error.code, body.error.hint]).toEqual([404, 'workflow_not_found', 'It has: release.']);
  });

  test('is found by words of its name and description', async () => {
    const list = async (search: string) =>
      (await call('GET', `/api/v1/workspaces/shop/workflows?search=${search}`)).body.items.length;
    expect([await list('TESTS%20rel'), await list('tests%20nope')]).toEqual([1, 0]);
  });
});

describe('readiness', () => {
  test('is gone while the store does not answer; liveness stays', async () => {
    server.fake.broken.store = new Error('away');
    const ready = await call('GET', '/health/ready');
    expect([ready.status, ready.body]).toEqual([
      503,
      { status: 'not_ready', reasons: [{ check: 'store', message: 'The store does not answer.' }] },
    ]);
    expect((await call('GET', '/health/live')).status).toBe(200);
  });

  test('is gone when a loop has not succeeded for long', async () => {
    expect((await call('GET', '/health/ready')).body).toEqual({ status: 'ready', reasons: [] });
    server.fake.broken.loopSilenceMs.reaper = 75_000;
    const { status, body } = await call('GET', '/health/ready');
    expect([status, body.reasons]).toEqual([
      503,
      [{ check: 'loop', message: 'The loop `reaper` has not succeeded for 75 s.' }],
    ]);
  });
});

describe('metrics', () => {
  test('tell of runs, commits, work and requests, by few labels', async () => {
    await call('GET', '/api/v1/runs/1');
    const text = (await server.app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body;
    for (const line of [
      'millrace_runs_started_total 7',
      'millrace_runs_ended_total{status="succeeded"} 4',
      'millrace_attempts_ended_total{status="failed"} 2',
      'millrace_schedule_ticks_total{result="skipped"} 2',
      'millrace_deliveries_total{outcome="refused"} 8',
      'millrace_commit_runs_total 12',
      'millrace_commit_seconds_total 0.25',
      'millrace_work{queue="default",state="ready"} 4',
      'millrace_workers 1',
      'millrace_draining_workers 1',
      'millrace_http_request_seconds_count{method="GET",operation="getRun",status="4xx"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    const again = (await server.app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body;
    expect(again).toContain('millrace_runs_started_total 7\n');
  });
});
