// Everybody who calls the server of two workspaces, each by an API key of his own, and what he got.
import { routes } from '@millrace/api';
import { builtInRoles, type Grant } from '@millrace/core';
import { afterAll, beforeAll } from 'vitest';
import { type ApiOperation, calls } from './api-calls.ts';
import type { openTwoWorkspaces, Place } from './two-workspaces.ts';

export type OpenWorld = () => ReturnType<typeof openTwoWorkspaces>;
export type Callers = ReturnType<typeof openCallers>;

const scope: Grant = { effect: 'allow', permission: 'run:*', where: { workspace: 'shop' } };

/** A place that is not there. */
export const missing: Place = {
  workspace: 'nope',
  run: '4242',
  ended: '4242',
  asking: '4242',
  delivery: '4242',
  event: '4242',
};

/** For the tests of the `describe` that it is called in. */
export function openCallers(openWorld: OpenWorld) {
  let world: Awaited<ReturnType<typeof openTwoWorkspaces>>;
  const keys = new Map<string, string>();
  beforeAll(async () => {
    world = await openWorld();
    await world.server.app.ready();
    const here = { workspace: 'shop' };
    for (const { name: role } of builtInRoles) keys.set(role, (await world.createKey(`the-${role}`, [role], here)).key);
    keys.set('nothing', (await world.createKey('the-nothing', [], {})).key);
    keys.set('stranger', (await world.createKey('the-stranger', ['admin'], { workspace: 'vault' })).key);
    keys.set('everywhere', (await world.createKey('the-everywhere', ['viewer'], {})).key);
    keys.set('in-folder', (await world.createKey('the-in-folder', ['admin'], { folder: 'shop' })).key);
    keys.set('scoped', (await world.createKey('the-scoped', ['admin'], {}, [scope])).key);
  });
  afterAll(() => world.close());

  async function ask(operation: ApiOperation, place: Place, token: string | undefined) {
    const { url, payload } = calls[operation](place);
    const { method } = routes[operation];
    const answer = await world.server.app.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const error = answer.statusCode >= 400 ? answer.json().error : null;
    return { operation, status: answer.statusCode, code: error?.code ?? null, error, text: answer.body };
  }

  /**
   * What a caller gets of an operation: `through` may still fail, but for what it does, not for who asks. What somebody does to
   * himself is refused for reasons of its own.
   */
  function outcomeOf({ operation, status, code, error }: Awaited<ReturnType<typeof ask>>): string {
    const isRefused =
      routes[operation].needs === null
        ? code === 'unauthorized'
        : status === 401 || code === 'forbidden' || error?.hint === 'It is not there, or not yours to see.';
    return isRefused ? String(status) : 'through';
  }

  return {
    get world() {
      return world;
    },
    /** The API keys of those with each built-in role in the workspace `shop`, and of some others, by what they have. */
    keys,
    ask,
    outcomeOf,
  };
}
