// The real engine on the memory store, driven over HTTP alone: publish, start, work as a worker, read what came of it.
import { type Definitions, encodeLogBatch, logBatchMediaType, type SyncResponse } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import { createMemoryEngine } from '@millrace/engine/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { record } from '../testkit/lines.ts';
import { createServer, type Server } from './index.ts';

const noHooks = { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] };
const step = (name: string, dependsOn: readonly string[]) => ({
  name,
  inline: { type: 'shell' as const, cmd: `echo ${name}` },
  input: {},
  dependsOn,
  next: [],
  onItemFailure: 'finish' as const,
  continueOnFailure: false,
  labels: [],
  tags: [],
});
const definitions: Definitions = {
  actions: {},
  workflows: {
    two: {
      name: 'two',
      description: 'Two steps.',
      tags: [],
      input: { kind: 'flat', fields: { name: { type: 'string', required: true } } },
      vars: {},
      steps: [step('first', []), step('second', ['first'])],
      output: { word: '{{ steps.first.output.word }}' },
      failFast: false,
      mode: 'distributed',
      hooks: noHooks,
    },
  },
  triggers: {},
  hooks: noHooks,
  places: {},
};

let engine: Engine;
let server: Server;
let url = '';
beforeEach(async () => {
  engine = await createMemoryEngine();
  await engine.start();
  server = createServer({ engine, host: '127.0.0.1', port: 0, version: '0', logger: false });
  url = `http://127.0.0.1:${(await server.listen()).port}`;
  await engine.publishWorkspace({
    workspace: 'main',
    revision: 'r1',
    source: { type: 'test' },
    definitions,
    diagnostics: [],
    files: null,
  });
});
afterEach(async () => {
  await server.close();
  await engine.stop();
});

async function call(path: string, body?: unknown) {
  const response = await fetch(
    url + path,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  return { status: response.status, body: (await response.json()) as never };
}

const worker = {
  id: 'w1',
  name: 'w',
  labels: [],
  capabilities: ['shell'],
  queues: ['default'],
  slots: 2,
  version: '0',
  host: 'h',
  pid: 1,
};
const syncBody = {
  worker,
  results: [],
  running: null,
  received: 0,
  returned: [],
  freeSlots: 2,
  stopping: false,
  waitMs: 0,
};

test('a run goes from its start to its output and logs, over HTTP alone', async () => {
  const start = await call('/api/v1/workspaces/main/workflows/two/runs', { input: { name: 'Ada' } });
  expect(start).toMatchObject({ status: 201, body: { created: true } });
  const { id } = start.body as { id: string };
  const follow = fetch(`${url}/api/v1/runs/${id}/logs/content?follow=true`);

  let received = 0;
  let results: unknown[] = [];
  const seen: string[] = [];
  await expect
    .poll(
      async () => {
        const { body } = await call('/worker/v1/sync', { ...syncBody, received, results });
        const answer: SyncResponse = body;
        received = answer.sequence;
        results = [];
        for (const { run, step, item, iteration, attempt, stepName } of answer.assignments) {
          const key = { run, step, item, iteration, attempt };
          if (seen.includes(stepName)) continue;
          seen.push(stepName);
          const batch = encodeLogBatch([{ ...key, offset: 0, data: Buffer.from(record(`from ${stepName}`)) }]);
          const logs = await fetch(`${url}/worker/v1/logs`, {
            method: 'POST',
            headers: { 'content-type': logBatchMediaType },
            body: Buffer.from(batch),
          });
          expect(logs.status).toBe(204);
          results.push({ ...key, result: { status: 'succeeded', output: { word: stepName }, durationMs: 1 } });
        }
        return engine.store.runs.status(id as never);
      },
      { timeout: 10_000 },
    )
    .toBe('succeeded');

  expect(seen).toEqual(['first', 'second']);
  expect(await (await follow).text()).toBe('first | from first\nsecond | from second\n');
  expect(await call(`/api/v1/runs/${id}?include=plan`)).toMatchObject({
    status: 200,
    body: {
      status: 'succeeded',
      input: { name: 'Ada' },
      output: { word: 'first' },
      steps: {
        first: { status: 'succeeded', attempts: 1, output: { word: 'first' } },
        second: { status: 'succeeded' },
      },
      graph: { edges: [{ from: 'first', to: 'second', kind: 'dependency' }] },
    },
  });
  expect(await call('/api/v1/runs?status=succeeded')).toMatchObject({
    body: { items: [{ id, workflow: 'two' }], next: null },
  });
  expect(await call(`/api/v1/runs/${id}/cancel`, {})).toMatchObject({
    status: 409,
    body: { error: { code: 'run_ended' } },
  });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('millrace_runs_ended_total{status="succeeded"} 1');
});

test('a run that waits tells why and what to do', async () => {
  const start = await call('/api/v1/workspaces/main/workflows/two/runs', { input: { name: 'Ada' } });
  const { id } = start.body as { id: string };
  expect(await call(`/api/v1/runs/${id}/explain?step=first`)).toMatchObject({
    status: 200,
    body: { answers: [{ step: 'first', reason: 'waiting_for_worker', connected: 0 }] },
  });
  await call('/worker/v1/sync', { ...syncBody, worker: { ...worker, capabilities: ['http'] } });
  expect(await call(`/api/v1/runs/${id}/explain`)).toMatchObject({
    body: {
      answers: [
        { step: null, reason: 'steps_open', under_way: 1, waiting: 1 },
        {
          step: 'first',
          nearest: { name: 'w', lacks_capabilities: ['shell'] },
          changes: [{ command: 'millrace work' }],
        },
        { step: 'second', reason: 'waiting_for_dependencies', dependencies: [{ step: 'first' }] },
      ],
    },
  });
  const answer = await call(`/api/v1/runs/${id}/explain?step=furst`);
  expect(answer).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found', hint: 'Its steps: first and second.' } },
  });
});

test('wrong input names path, expected and actual', async () => {
  const { status, body } = await call('/api/v1/workspaces/main/workflows/two/runs', { input: { name: 5 } });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: {
      code: 'invalid_input',
      details: {
        problems: [{ path: expect.stringContaining('name'), expected: expect.any(String), actual: expect.any(String) }],
      },
    },
  });
});

test('what is not there is told by its own code', async () => {
  expect(await call('/api/v1/runs/424242')).toMatchObject({ status: 404, body: { error: { code: 'run_not_found' } } });
  expect(await call('/api/v1/runs/424242/wait?timeout=1')).toMatchObject({ status: 404 });
  expect(await call('/api/v1/workspaces/nope/workflows/two/runs', {})).toMatchObject({
    body: { error: { code: 'workspace_not_found' } },
  });
  expect(await call('/api/v1/workspaces/main/workflows/nope/runs', {})).toMatchObject({
    body: { error: { code: 'workflow_not_found' } },
  });
});
