// What goes on for long: event sockets and followed logs, of people who do not see everything, and whose rights change.
import type { ServerMessage } from '@millrace/api';
import type { Grant } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

let world: Awaited<ReturnType<typeof openTwoWorkspaces>>;
let port = 0;
const sockets: WebSocket[] = [];
beforeEach(async () => {
  world = await openTwoWorkspaces({ recheckMs: 20 });
  port = (await world.server.listen()).port;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await world.close();
});

/** An open event socket that is subscribed to everything. */
async function watch(key: string) {
  const protocols = [`bearer.${Buffer.from(key).toString('base64url')}`];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, protocols);
  sockets.push(socket);
  const messages: ServerMessage[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  socket.onmessage = ({ data }) => messages.push(JSON.parse(String(data)));
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  socket.send(JSON.stringify({ subscribe: { id: 'all' } }));
  await expect.poll(() => messages.length).toBe(1);
  const events = () => messages.flatMap((message) => (message.type === 'event' ? [message.event] : []));
  return { events, closed, runs: () => events().flatMap((event) => ('run' in event ? [event.run] : [])) };
}

const start = async (workspace: string, trigger: Readonly<Record<string, string>> = {}): Promise<string> => {
  const workflow = `${workspace}-release`;
  const request = { workspace, workflow, input: {}, trigger: { ...trigger, type: 'test' } };
  return (await world.engine.startRun(request)).run;
};

const role = (name: string, grants: readonly Grant[]) =>
  world.engine.people.roles.put({ name, description: '', grants });
const reads = (where: Grant['where']): readonly Grant[] => [{ effect: 'allow', permission: '*:read', where }];

describe('an event socket', () => {
  test('tells what is within reach, and nothing else', async () => {
    const { key } = await world.createKey('ada', ['viewer'], { workspace: 'shop' });
    const socket = await watch(key);
    await start('vault');
    const own = await start('shop');
    await expect.poll(socket.runs).toContain(own);
    expect(socket.events().filter((event) => 'workspace' in event && event.workspace !== 'shop')).toEqual([]);
    expect(new Set(socket.runs())).toEqual(new Set([own]));
  });

  test('tells of own runs those who see only these', async () => {
    await role('own-runs', reads({ own: true }));
    const { key } = await world.createKey('ada', ['own-runs'], {});
    const socket = await watch(key);
    await start('shop', { account: 'bob' });
    const own = await start('shop', { account: 'ada' });
    await expect.poll(socket.runs).toContain(own);
    expect(new Set(socket.runs())).toEqual(new Set([own]));
  });

  test('tells of a folder to those who see only this', async () => {
    const { key } = await world.createKey('ada', ['viewer'], { folder: 'shop' });
    const socket = await watch(key);
    await start('vault');
    const own = await start('shop');
    await expect.poll(socket.runs).toContain(own);
    expect(new Set(socket.runs())).toEqual(new Set([own]));
  });

  test('shows less when a role is taken away, and ends when the key is', async () => {
    const { key, apiKey } = await world.createKey('ada', ['viewer'], { workspace: 'shop' });
    const { roles, apiKeys } = world.engine.people;
    const socket = await watch(key);
    const other = await watch((await world.createKey('bob', ['viewer'], { workspace: 'shop' })).key);
    await roles.unbind({ subject: { kind: 'account', name: 'ada' }, role: 'viewer', where: { workspace: 'shop' } });
    await roles.bind({ subject: { kind: 'account', name: 'ada' }, role: 'viewer', where: { workspace: 'vault' } });
    await expect
      .poll(async () => {
        await start('vault');
        return socket.runs().length;
      })
      .toBeGreaterThan(0);
    const before = socket.runs().length;
    const late = await start('shop');
    await expect.poll(other.runs).toContain(late);
    expect(socket.runs().slice(before)).not.toContain(late);
    await apiKeys.remove(apiKey.id);
    expect(await socket.closed).toBe(4401);
  });
});

describe('an event socket of a session', () => {
  test('stays open while the session is renewed, and ends with it', async () => {
    await world.createKey('ada', ['viewer'], { workspace: 'shop' });
    const { signIn, signOut } = world.engine.people;
    const begun = await signIn.begin('ada', { address: '', agent: '' });
    const socket = await watch(begun.accessToken);
    const renewed = await signIn.renew(begun.refreshToken);
    expect(await world.engine.people.identify.bySession(begun.accessToken)).toBeNull();
    const later = await watch(renewed.accessToken);
    const run = await start('shop');
    await expect.poll(socket.runs).toContain(run);
    expect(later.runs()).toContain(run);
    await signOut(begun.session);
    expect(await Promise.all([socket.closed, later.closed])).toEqual([4401, 4401]);
  });
});

describe('a followed log', () => {
  const follow = async (key: string) =>
    fetch(`http://127.0.0.1:${port}/api/v1/runs/${world.shop.run}/logs/content?follow=true`, {
      headers: { authorization: `Bearer ${key}` },
    });

  test.each<[string, (account: string, key: string) => Promise<unknown>]>([
    ['the role is', (name) => world.engine.people.roles.unbind(binding(name))],
    ['the key is', (_, id) => world.engine.people.apiKeys.remove(id)],
    [
      'the account is disabled and so its key is',
      (name) => world.engine.people.accounts.change(name, { disabled: true }),
    ],
  ])('breaks off when %s taken away', async (_, take) => {
    const { key, apiKey } = await world.createKey('ada', ['viewer'], { workspace: 'shop' });
    const answer = await follow(key);
    expect(answer.status).toBe(200);
    const rest = answer.text();
    await take('ada', apiKey.id);
    await expect(rest).rejects.toThrow();
  });

  const binding = (name: string) => ({
    subject: { kind: 'account' as const, name },
    role: 'viewer',
    where: { workspace: 'shop' },
  });
});

describe('waiting for a run that one starts', () => {
  test('is for those who may read it, and starts nothing for others', async () => {
    await role('starter', [{ effect: 'allow', permission: 'workflow:*', where: {} }]);
    const { key } = await world.createKey('ada', ['starter'], { workspace: 'shop' });
    const send = async (body: object) => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/workspaces/shop/workflows/shop-release/runs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, never> };
    };
    const count = async () =>
      Object.values(await world.engine.queries.countRuns({})).reduce((sum, one) => sum + one, 0);
    const before = await count();
    expect(await send({ wait: 0 })).toMatchObject({
      status: 403,
      body: { error: { details: { permission: 'run:read' } } },
    });
    expect(await count()).toBe(before);
    expect((await send({})).status).toBe(201);
  });
});
