import type { Grant } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

let server: ReturnType<typeof createCheckedServer>;
const host = { host: 'localhost' };

beforeEach(async () => {
  server = createCheckedServer();
  await server.app.ready();
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

/** What a call answers; `key`: with that API key instead of as this machine. */
async function call(url: string, payload?: object, key?: string) {
  const headers = { ...host, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  const answer = await server.app.inject({
    url: `/api/v1${url}`,
    ...(payload === undefined ? { method: 'GET', headers } : { method: 'POST', headers, payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** The key of a new service account that has a role of these grants, everywhere. */
async function keyWith(name: string, grants: readonly Partial<Grant>[]): Promise<string> {
  await call('/service-accounts', { name });
  await call(`/roles/${name}`, { grants });
  await call('/role-bindings', { account: name, role: name });
  return (await call('/api-keys', { account: name, name: 'k' })).body.key;
}

describe('a user', () => {
  test('comes with a link that sets a password once, and is shown without anything that opens a door', async () => {
    const made = await call('/users', { name: 'Ada', display_name: 'Ada L.' });
    const { link } = made.body;
    expect(made).toMatchObject({
      status: 201,
      body: {
        user: { name: 'ada', display_name: 'Ada L.', has_password: false, created_by: 'local' },
        link: { user: 'ada', path: `/set-password#${link.token}` },
      },
    });
    const set = { token: link.token, password: 'three small owls' };
    expect(await call('/set-password', { ...set, password: 'short' })).toMatchObject({ status: 400 });
    expect(await call('/set-password', set)).toEqual({ status: 200, body: { user: 'ada' } });
    expect(await call('/set-password', set)).toMatchObject({
      status: 401,
      body: { error: { code: 'sign_in_failed' } },
    });
    const shown = await call('/users/ada');
    expect(shown.body).toMatchObject({ has_password: true });
    expect(JSON.stringify(shown.body)).not.toMatch(/argon|hash/);
  });

  test('is named as there is none, or as what it is', async () => {
    await call('/service-accounts', { name: 'bot' });
    expect((await call('/users/eve')).body.error).toMatchObject({
      code: 'not_found',
      message: 'There is no account eve.',
    });
    expect((await call('/users/bot')).body.error.hint).toBe('Look at it with: millrace service-account show bot');
    expect((await call('/users', { name: 'bot' })).body.error.code).toBe('name_taken');
  });
});

describe('a role', () => {
  test('is written with grants that mean something', async () => {
    const wrong = await call('/roles/bird', {
      grants: [{ permission: 'run:fly' }, { permission: 'run:read', where: { x: 1 } }],
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body.error.details.problems).toMatchObject([
      { path: '/grants/0/permission', expected: 'a permission such as run:read, run:*, *:read or *' },
      { path: '/grants/1/where' },
    ]);
    const where = { workspace: 'shop-*', name: 'deploy-*', folder: 'etl/nightly', label: 'x', own: true };
    expect(await call('/roles/bird', { grants: [{ permission: 'run:*', where }] })).toMatchObject({
      status: 200,
      body: { built_in: false, grants: [{ effect: 'allow', permission: 'run:*', where }] },
    });
    expect(await call('/role-bindings', { account: 'ada', group: 'ops', role: 'bird' })).toMatchObject({ status: 400 });
  });

  test('is given where it counts, and found again', async () => {
    await call('/users', { name: 'ada' });
    await call('/groups/ops', { description: 'Those who operate' });
    await call('/groups/ops/members/ada', {});
    await call('/role-bindings', { group: 'ops', role: 'operator', where: { workspace: 'shop', folder: 'etl' } });
    await call('/role-bindings', { account: 'ada', role: 'viewer' });
    const bindings = [
      { account: 'ada', group: null, role: 'viewer', where: {} },
      { account: null, group: 'ops', role: 'operator', where: { workspace: 'shop', folder: 'etl' } },
    ];
    expect((await call('/role-bindings')).body.items).toEqual(bindings);
    expect((await call('/role-bindings?group=ops')).body.items).toEqual(bindings.slice(1));
    expect((await call('/role-bindings?role=viewer')).body.items).toEqual(bindings.slice(0, 1));
    expect((await call('/users/ada')).body).toMatchObject({ groups: ['ops'], roles: bindings });
    expect((await call('/role-bindings/remove', { account: 'ada', role: 'viewer', where: { name: 'x' } })).status).toBe(
      404,
    );
    expect((await call('/role-bindings/remove', { account: 'ada', role: 'viewer' })).body).toEqual({ removed: true });
  });
});

describe('whoever manages people', () => {
  test('gives away only what he has, and is told what is missing', async () => {
    const key = await keyWith('manager', [
      { permission: 'user:*' },
      { permission: 'role:*' },
      { permission: 'api_key:*' },
    ]);
    expect((await call('/users', { name: 'ada' }, key)).body.user).toMatchObject({ created_by: 'manager' });
    const refused = await call('/role-bindings', { account: 'manager', role: 'admin' }, key);
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(refused.body.error.message).toContain('you have not workspace:read yourself');
    expect((await call('/role-bindings', { account: 'ada', role: 'manager' }, key)).status).toBe(200);
    await call('/role-bindings', { account: 'ada', role: 'viewer' });
    expect((await call('/users/ada/reset-password', {}, key)).status).toBe(403);
    expect((await call('/api-keys', { account: 'ada', name: 'k' }, key)).status).toBe(403);
    const scoped = await call(
      '/api-keys',
      { account: 'manager', name: 'k', scopes: [{ permission: 'api_key:*' }] },
      key,
    );
    expect(scoped.status).toBe(201);
    const wider = { account: 'manager', name: 'k' };
    expect((await call('/api-keys', wider, scoped.body.key)).body.error.message).toBe(
      'The new key would do more than the one that you showed.',
    );
  });

  test('sees only those whom he may see', async () => {
    for (const name of ['team-ada', 'ops-bob']) await call('/users', { name });
    for (const name of ['team-x', 'ops-x']) await call(`/groups/${name}`, { description: '' });
    const key = await keyWith('team-lead', [{ permission: '*:read', where: { name: 'team-*' } }]);
    const names = async (url: string) =>
      (await call(url, undefined, key)).body.items.map((one: Record<string, string>) => one.name);
    expect(await names('/users')).toEqual(['team-ada']);
    expect(await names('/service-accounts')).toEqual(['team-lead']);
    expect(await names('/groups')).toEqual(['team-x']);
    expect(await names('/roles')).toEqual(['team-lead']);
    expect((await call('/role-bindings', undefined, key)).body.items).toHaveLength(1);
    expect(await names('/api-keys')).toEqual(['k']);
  });
});

describe('an API key', () => {
  test('is told once, and opens nothing when it is revoked', async () => {
    const key = await keyWith('bot', [{ permission: '*:read' }]);
    const { items } = (await call('/api-keys')).body;
    expect(items).toMatchObject([{ account: 'bot', name: 'k', scopes: null, until: null, expired: false }]);
    expect(JSON.stringify(items)).not.toContain(key.slice(15));
    expect((await call('/users', undefined, key)).status).toBe(200);
    expect((await call(`/api-keys/${items[0].id}/revoke`, {})).body).toEqual({ removed: true });
    expect((await call('/users', undefined, key)).status).toBe(401);
    expect((await call('/api-keys', { account: 'bot', name: 'k', life_ms: 5 })).status).toBe(400);
  });
});
