import { runId } from '@millrace/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

const server = createCheckedServer();
const headers = { host: 'localhost', 'content-type': 'application/json' };
beforeAll(async () => {
  await server.app.ready();
  await server.fake.start();
});
afterAll(() => server.close());

test('an approval is shown with times as text and its form as JSON Schema', async () => {
  const answer = await server.app.inject({ url: '/api/v1/approvals?run=1000&workflow=release&approver=bob', headers });
  expect(server.fake.seen.approvalFilters).toEqual([{ run: runId('1000'), workflow: 'release', approver: 'bob' }]);
  expect(answer.json()).toMatchObject({
    items: [
      {
        step: 'build',
        form: { properties: { tag: { type: 'string' } } },
        approvers: { users: ['ada', 'bob'], roles: ['release'] },
        answers: [{ by: 'ada', at: '2026-11-21T09:30:00.000Z' }],
        times_out_at: null,
        on_timeout: 'fail',
      },
    ],
    next: '1000/0/0/-1',
  });
});

test('an answer reaches the engine with its defaults', async () => {
  const url = '/api/v1/runs/1000/approvals/build/answer';
  const answer = await server.app.inject({ method: 'POST', url, headers, payload: { by: 'bob', decision: 'reject' } });
  expect(server.fake.seen.answers.at(-1)).toEqual({
    step: 'build',
    by: 'bob',
    decision: 'reject',
    values: {},
    comment: null,
  });
  expect(answer.json()).toEqual({
    ...{ run: '1000', step: 'build', item: -1, iteration: 0, attempt: 1 },
    ...{ status: 'open', approvals: 1, quorum: 2 },
  });
  const payload = { by: 'bob', decision: 'approve', iteration: 2, item: 1 };
  await server.app.inject({ method: 'POST', url, headers, payload });
  expect(server.fake.seen.answers.at(-1)).toMatchObject({ item: 1, iteration: 2 });
});

test('a cursor that is none is refused', async () => {
  const answer = await server.app.inject({ url: '/api/v1/approvals?after=7', headers });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().error.message).toContain('/after: expected');
});
