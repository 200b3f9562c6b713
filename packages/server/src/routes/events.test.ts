import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

const server = createCheckedServer();
const headers = { host: 'localhost', 'content-type': 'application/json' };
beforeAll(async () => {
  await server.app.ready();
});
afterAll(() => server.close());

const emit = (payload: object) => server.app.inject({ method: 'POST', url: '/api/v1/events', headers, payload });

test('an event reaches the engine with its source, and is shown as it is stored', async () => {
  const answer = await emit({ workspace: 'shop', type: 'order.paid' });
  expect(server.fake.seen.emitted).toEqual([
    { workspace: 'shop', type: 'order.paid', payload: {}, source: { type: 'api' } },
  ]);
  await emit({ workspace: 'shop', type: 'order.paid', via: 'cli' });
  expect(server.fake.seen.emitted.at(-1)).toMatchObject({ source: { type: 'cli' } });
  expect((await emit({ workspace: 'shop', type: 'order.paid', via: 'sensor' })).statusCode).toBe(400);
  expect(answer.json()).toMatchObject({
    created: true,
    event: { id: '311', at: '2026-11-21T09:30:00.000Z', payload: {} },
  });
});

test('what is no type of an event is refused before it reaches the engine', async () => {
  const before = server.fake.seen.emitted.length;
  const answer = await emit({ workspace: 'shop', type: 'order paid' });
  expect(answer.json().error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('/type') });
  expect(server.fake.seen.emitted).toHaveLength(before);
  expect((await emit({ workspace: 'nope', type: 'x' })).json().error.code).toBe('workspace_not_found');
});

test('an event is listed by its filters, and shown with what came of it', async () => {
  const listed = await server.app.inject({ url: '/api/v1/events?type=order.paid&workspace=shop', headers });
  expect(server.fake.seen.eventFilters).toEqual([{ type: 'order.paid', workspace: 'shop' }]);
  expect(listed.json()).toMatchObject({ items: [{ id: '311', key: 'k' }], next: '311' });
  const found = await server.app.inject({ url: '/api/v1/events/311', headers });
  expect(found.json().outcome).toEqual({
    runs: [{ trigger: 't', run: '1000' }],
    failures: [{ trigger: 'u', error: { code: 'invalid_input', message: 'It is wrong.' } }],
  });
  expect((await server.app.inject({ url: '/api/v1/events/5', headers })).statusCode).toBe(404);
});
