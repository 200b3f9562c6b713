import type { Engine } from '@millrace/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

const apiToken = 'a-token-of-some-length';
let server: ReturnType<typeof createCheckedServer> | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** An account with everything allowed, and a key of it. */
async function createKey({ people }: Engine, name: string): Promise<Readonly<{ id: string; key: string }>> {
  await people.accounts.create({ name, kind: 'service', displayName: null, email: null, password: null, by: 'test' });
  await people.roles.bind({ subject: { kind: 'account', name }, role: 'admin', where: {} });
  const { apiKey, key } = await people.apiKeys.create({
    account: name,
    name: 'ci',
    scopes: null,
    lifeMs: null,
    by: 'test',
  });
  return { id: apiKey.id, key };
}

const start = (headers: Record<string, string>, payload: object = { input: { tag: 'v1' } }) => ({
  method: 'POST' as const,
  url: '/api/v1/workspaces/shop/workflows/release/runs',
  headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
  payload,
});

describe('an API key', () => {
  test('stands for its account in what it does, whatever the caller says', async () => {
    server = createCheckedServer({ apiToken });
    const { fake, app } = server;
    const { key } = await createKey(fake.engine, 'deployer');
    const headers = { authorization: `Bearer ${key}` };
    const { id } = (await app.inject(start(headers))).json();
    expect(fake.seen.starts.at(-1)?.trigger).toEqual({ account: 'deployer', type: 'api' });
    await app.inject({ ...start(headers, { by: 'somebody-else' }), url: `/api/v1/runs/${id}/cancel` });
    expect(fake.seen.cancels.at(-1)).toMatchObject({ by: 'deployer' });
  });

  test.each([
    ['wrong', (key: string) => `${key.slice(0, -2)}xx`],
    ['half', (key: string) => key.slice(0, 20)],
  ])('that is %s is refused, also where none is asked for', async (_, spoil) => {
    for (const options of [{ apiToken }, {}]) {
      server = createCheckedServer(options);
      const { key } = await createKey(server.fake.engine, 'deployer');
      const answer = await server.app.inject(start({ authorization: `Bearer ${spoil(key)}` }));
      expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'unauthorized']);
      await server.close();
    }
  });

  test('that was removed, or whose account is disabled, is refused from the next request on', async () => {
    server = createCheckedServer({ apiToken });
    const { people } = server.fake.engine;
    const { id, key } = await createKey(server.fake.engine, 'deployer');
    const other = await createKey(server.fake.engine, 'other');
    const status = async (shown: string) =>
      (await server?.app.inject(start({ authorization: `Bearer ${shown}` })))?.statusCode;
    expect([await status(key), await status(other.key)]).toEqual([201, 201]);
    await people.apiKeys.remove(id);
    await people.accounts.change('other', { disabled: true });
    expect([await status(key), await status(other.key)]).toEqual([401, 401]);
  });
});

test('where nobody signs in, callers say who they are', async () => {
  server = createCheckedServer({ apiToken });
  const { fake, app } = server;
  const headers = { authorization: `Bearer ${apiToken}` };
  const { id } = (await app.inject(start(headers))).json();
  expect(fake.seen.starts.at(-1)?.trigger).toEqual({ type: 'api' });
  await app.inject({ ...start(headers, { by: 'ada' }), url: `/api/v1/runs/${id}/cancel` });
  expect(fake.seen.cancels.at(-1)).toMatchObject({ by: 'ada' });
});
