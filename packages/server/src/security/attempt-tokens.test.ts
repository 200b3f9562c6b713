// The token of an attempt at the doors of a server, on the real engine: as long as the attempt goes on, and not a request longer.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

let world: Awaited<ReturnType<typeof openTwoWorkspaces>>;
let token: string;
beforeEach(async () => {
  world = await openTwoWorkspaces({ recheckMs: 20 });
  token = await world.attemptToken(world.shop);
});
afterEach(() => world.close());

async function call(method: 'GET' | 'POST', path: string, payload?: object, shown = token) {
  const answer = await world.server.app.inject({
    method,
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${shown}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
}
const event = () => ({ workspace: 'shop', type: 'shop.built', payload: { a: 1 } });

describe('the token of an attempt', () => {
  test('is good until the attempt ends, and refused right after', async () => {
    const path = `/runs/${world.shop.run}`;
    expect(await call('GET', path)).toMatchObject({ status: 200, body: { id: world.shop.run, status: 'running' } });
    expect((await call('POST', '/events', event())).status).toBe(201);
    await world.endAttempt(world.shop);
    for (const answer of [await call('GET', path), await call('POST', '/events', event()), await call('GET', '/me')]) {
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } });
      expect(answer.body.error.message).toContain('its attempt has ended');
    }
    // Of the others nothing has changed.
    const other = await world.attemptToken(world.vault);
    expect((await call('GET', `/runs/${world.vault.run}`, undefined, other)).status).toBe(200);
  });

  test('gives an event its run and step as the source, whatever the caller says', async () => {
    const { body } = await call('POST', '/events', { ...event(), via: 'cli' });
    expect(body.event.source).toEqual({ run: world.shop.run, step: 'build', type: 'cli' });
  });

  test('stands in the audit log with its run and step, also where it is refused', async () => {
    await call('POST', '/events', event());
    await call('GET', '/runs');
    await world.endAttempt(world.shop);
    await call('GET', '/runs');
    await world.engine.audit.stop();
    const name = `attempt:${world.shop.run}/build`;
    const { items } = await world.engine.audit.list({}, { limit: 50, after: null });
    const told = items.map(({ entry: { operation, outcome, actor, actorKind } }) => [
      operation,
      outcome,
      actor,
      actorKind,
    ]);
    expect(told).toContainEqual(['emitEvent', 'done', name, 'attempt']);
    expect(told).toContainEqual(['listRuns', 'refused', name, 'attempt']);
    expect(told).toContainEqual(['listRuns', 'refused', null, null]);
    expect(JSON.stringify(items)).not.toContain(token.slice(-43));
  });

  test('is none of a worker', async () => {
    const sync = await world.server.app.inject({
      method: 'POST',
      url: '/worker/v1/ended-runs',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: { runs: [world.shop.run] },
    });
    expect(sync.statusCode).toBe(401);
  });

  test('reads a log that is followed for as long as the attempt goes on, and no longer', async () => {
    const steps = '{ first: { type: shell, cmd: x, api: true }, then: { type: shell, cmd: x, depends_on: [first] } }';
    await world.publish('shop', 'shop-r2', `workflows: { two: { queue: shop-queue, steps: ${steps} } }`);
    const request = { workspace: 'shop', workflow: 'two', input: {}, trigger: { type: 'test' } };
    const { run } = await world.engine.startRun(request);
    await world.hold({ run });
    const { port } = await world.server.listen();
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/runs/${run}/logs/content?follow=true`, {
      headers: { authorization: `Bearer ${await world.attemptToken({ run })}` },
    });
    expect(answer.status).toBe(200);
    const rest = answer.text();
    await world.endAttempt({ run });
    await expect(rest).rejects.toThrow();
    expect((await world.engine.getRun(run)).run.status).toBe('running');
  });
});
