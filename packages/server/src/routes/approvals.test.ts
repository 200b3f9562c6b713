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
  const approver = { name: 'bob', groups: 'all', roles: 'all' };
  expect(server.fake.seen.approvalFilters).toEqual([
    { run: runId('1000'), workflow: 'release', approver, unanswered: false },
  ]);
  expect(answer.json()).toMatchObject({
    items: [
      {
        step: 'build',
        form: { properties: { tag: { type: 'string' } } },
        approvers: { users: ['ada', 'bob'], roles: ['release'] },
        starter: null,
        delegations: [{ from: 'ada', to: 'bob', comment: 'On leave.', at: '2026-11-21T09:30:00.000Z' }],
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
    as: { name: 'bob', groups: 'all', roles: 'all' },
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

test('an account answers in its own name, with its groups and roles, whatever it says', async () => {
  const { accounts, roles, apiKeys } = server.fake.engine.people;
  const blank = { displayName: null, email: null, password: null, by: 'root' };
  await accounts.create({ ...blank, name: 'ada', kind: 'user' });
  await accounts.create({ ...blank, name: 'bot', kind: 'service' });
  await roles.putGroup({ name: 'ops', description: '' });
  await roles.addMember('ops', 'ada');
  const where = { workspace: 'shop' };
  for (const name of ['ada', 'bot']) {
    await roles.bind({ subject: { kind: 'account', name }, role: 'approver', where });
  }
  const as = async (account: string) => {
    const { key } = await apiKeys.create({ account, name: 'k', scopes: null, lifeMs: null, by: account });
    return { ...headers, authorization: `Bearer ${key}` };
  };
  const url = '/api/v1/runs/1000/approvals/build';
  const payload = { by: 'bob', decision: 'approve' };
  await server.app.inject({ method: 'POST', url: `${url}/answer`, headers: await as('ada'), payload });
  const ada = { name: 'ada', groups: ['ops'], roles: [{ role: 'approver', where }] };
  expect(server.fake.seen.answers.at(-1)).toMatchObject({ by: 'ada', as: ada });
  await server.app.inject({ method: 'POST', url: `${url}/answer`, headers: await as('bot'), payload });
  expect(server.fake.seen.answers.at(-1)).toMatchObject({ by: 'bot', as: { groups: [], service: true } });
  // Whoever may name somebody is judged as that one, where there is such an account.
  await server.app.inject({ method: 'POST', url: `${url}/answer`, headers, payload: { ...payload, by: 'Ada' } });
  expect(server.fake.seen.answers.at(-1)).toMatchObject({ by: 'ada', as: { ...ada, roles: [{ role: 'approver' }] } });
  await server.app.inject({ url: '/api/v1/approvals?mine=true', headers: await as('ada') });
  expect(server.fake.seen.approvalFilters.at(-1)).toMatchObject({ approver: ada, unanswered: true });
  const handed = await server.app.inject({
    method: 'POST',
    url: `${url}/delegate`,
    headers: await as('ada'),
    payload: { to: 'bob' },
  });
  expect(handed.json()).toMatchObject({ run: '1000', step: 'build', from: 'ada', to: 'bob' });
});

test('a cursor that is none is refused', async () => {
  const answer = await server.app.inject({ url: '/api/v1/approvals?after=7', headers });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().error.message).toContain('/after: expected');
});
