// Every operation of the contract × everybody, on the real engine. What each caller should get follows from the permission that
// the contract names and from his roles alone; what the guard itself believes of an operation is not asked.
import { openApiDocument, type Route, routeList, routes } from '@millrace/api';
import { builtInRoles, meansPermission, type Permission } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { type ApiOperation, calls } from './api-calls.ts';
import { type Callers, missing, type OpenWorld, openCallers } from './callers.ts';
import { foreignThings, refusals } from './foreign-things.ts';
import {
  forEverybody,
  inFolders,
  lists,
  listsOfWorkspace,
  ofPeople,
  ofServer,
  ofSessions,
  operations,
} from './operation-kinds.ts';
import { apiToken, type Place } from './two-workspaces.ts';

/** Every promise of permissions, as tests, on whatever store. */
export function everyOperation(name: string, openWorld: OpenWorld): void {
  describe(name, () => {
    const callers = openCallers(openWorld);
    describe('every operation', () => eachOperation(callers));
    describe('what is foreign', () => foreignThings(callers));
    describe('a refusal', () => refusals(callers));
  });
}

const wrongAttempt = `mra_${Buffer.from('w/1/0/-1/0/1/9999999999999').toString('base64url')}_${'A'.repeat(43)}`;

const grants = (role: string, needs: Permission): boolean =>
  builtInRoles.some(
    ({ name, grants: all }) => name === role && all.some((one) => meansPermission(one.permission, needs)),
  );

/** Of somebody who has a role in the workspace `shop`, and nothing elsewhere. */
function expected(operation: ApiOperation, role: string, place: Place): string {
  const { needs }: Route = routes[operation];
  if (needs === null || needs === undefined) return 'through';
  if (!grants(role, needs) || ofServer.has(operation)) return '403';
  if (ofPeople.has(operation)) return '404';
  return place.workspace === 'shop' || lists.has(operation) ? 'through' : '404';
}

/** What a caller named himself may come back to him. */
const withoutAsked = (text: string, { workspace }: Place): string =>
  text
    .replaceAll(`"${workspace}"`, '')
    .replaceAll(new RegExp(`${workspace}[-_.]\\w+`, 'g'), '')
    .replaceAll(workspace, '');

/** An error without what depends on the request alone. */
function nameless(error: unknown, place: Place): string {
  const { request_id: _, ...rest } = (error ?? {}) as Readonly<Record<string, unknown>>;
  let text = JSON.stringify(rest);
  for (const value of Object.values(place)) text = text.replaceAll(new RegExp(`\\b${value}`, 'g'), '_');
  return text;
}

function eachOperation(callers: Callers): void {
  const { ask, keys, outcomeOf } = callers;
  test('is tried here, with workspaces and things in them', () => {
    expect(Object.keys(calls).sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
    // With those that need nobody, and those of workers, that is all of the contract, and all of the OpenAPI document.
    const others = routeList.filter(({ access }) => access !== 'api').map(({ operationId }) => operationId);
    const documented = Object.values(openApiDocument('0').paths).flatMap((path) =>
      Object.values(path as Readonly<Record<string, Readonly<{ operationId?: string }>>>).map((one) => one.operationId),
    );
    expect([...Object.keys(calls), ...others].sort()).toEqual(documented.sort());
    expect(
      routeList
        .filter(({ access }) => access === 'public')
        .map(({ operationId }) => operationId)
        .sort(),
    ).toEqual(forEverybody);
    expect(Object.values({ ...callers.world.shop, ...callers.world.vault }).every((text) => text !== '')).toBe(true);
  });

  // First of all, while the attempt goes on.
  test.each(operations)('$operationId of an attempt is of its own run, or an event, or refused', async (spec) => {
    const { operationId, method, path, needs } = spec;
    const token = await callers.world.attemptToken(callers.world.shop);
    const isRead = method === 'GET' && path.startsWith('/api/v1/runs/{run}') && needs?.endsWith(':read') === true;
    const isMeant = isRead || operationId === 'emitEvent';
    const own = await ask(operationId, { ...callers.world.shop, asking: callers.world.shop.run }, token);
    if (isMeant) expect(outcomeOf(own)).toBe('through');
    else {
      expect([own.status, own.code]).toEqual([403, 'forbidden']);
      expect(own.error.details.permission).toBe(needs);
      expect(own.error.message).toContain(operationId);
    }
    const texts: string[] = [];
    for (const place of [callers.world.vault, missing]) {
      const { status, error } = await ask(operationId, place, token);
      expect(status).toBe(isMeant ? 404 : 403);
      if (isMeant) expect(error.hint).toBe('It is not there, or not yours to see.');
      // What is refused everywhere names the caller's own run, and nothing of the place.
      texts.push(isMeant ? nameless(error, place) : error.message);
    }
    expect(texts[0]).toBe(texts[1]);
    // Another run of the same workspace is foreign as well.
    const { ended } = callers.world.shop;
    const beside = await ask(operationId, { ...callers.world.shop, run: ended, asking: ended }, token);
    expect(beside.status).toBe(isRead ? 404 : own.status);
  });

  test.each(operations)('$operationId is for nobody who is not signed in', async ({ operationId }) => {
    const answers = await Promise.all(
      [undefined, 'wrong', 'mrk_wrong', wrongAttempt].map((token) => ask(operationId, callers.world.shop, token)),
    );
    expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(4).fill([401, 'unauthorized']));
  });

  test.each(routeList.filter(({ access }) => access === 'worker'))(
    '$operationId is for workers only',
    async ({ method, path }) => {
      for (const token of [apiToken, keys.get('admin')]) {
        const { statusCode } = await callers.world.server.app.inject({
          method,
          url: path.replace(/\{\w+\}/g, 'x'),
          headers: { authorization: `Bearer ${token}` },
        });
        expect(statusCode).toBe(401);
      }
    },
  );

  test.each(operations)('$operationId is for whoever has the API token', async ({ operationId }) => {
    for (const place of [callers.world.shop, callers.world.vault]) {
      expect(outcomeOf(await ask(operationId, place, apiToken))).toBe('through');
    }
  });

  describe.each(builtInRoles.map(({ name }) => name))('of a %s of one workspace', (role) => {
    test.each(operations)('$operationId', async ({ operationId }) => {
      for (const place of [callers.world.shop, callers.world.vault, missing]) {
        const answer = await ask(operationId, place, keys.get(role));
        expect([place.workspace, outcomeOf(answer)]).toEqual([place.workspace, expected(operationId, role, place)]);
        if (outcomeOf(answer) === '403') {
          expect(answer.error.details.permission).toBe(routes[operationId].needs);
          expect(answer.error.message).toContain(routes[operationId].needs);
        }
        if (place.workspace !== 'shop') expect(withoutAsked(answer.text, place)).not.toMatch(/vault/);
      }
    });
  });

  test.each(operations)('$operationId tells nobody whether there is what he may not see', async ({ operationId }) => {
    for (const role of ['viewer', 'admin', 'scoped', 'nothing']) {
      if (lists.has(operationId)) continue;
      const [there, not] = await Promise.all(
        [callers.world.vault, missing].map((place) => ask(operationId, place, keys.get(role))),
      );
      if (there === undefined || not === undefined) throw new Error('Two answers were expected.');
      const texts = [nameless(there.error, callers.world.vault), nameless(not.error, missing)];
      expect(texts[0]).toEqual(texts[1]);
      expect(there.status).toBe(not.status);
    }
  });

  test.each(operations)('$operationId is refused to somebody without any role', async ({ operationId }) => {
    const { status, error } = await ask(operationId, callers.world.shop, keys.get('nothing'));
    if (routes[operationId].needs !== null) expect(status).toBe(403);
    else if (ofSessions.has(operationId)) expect(error.message).toMatch(/^Only somebody who is signed in can/);
    else expect(status).not.toBe(403);
  });

  test.each(operations)('$operationId stops at the borders of another workspace', async ({ operationId }) => {
    const { needs }: Route = routes[operationId];
    const own = outcomeOf(await ask(operationId, callers.world.vault, keys.get('stranger')));
    const other = outcomeOf(await ask(operationId, callers.world.shop, keys.get('stranger')));
    if (ofServer.has(operationId)) {
      expect([own, other]).toEqual(['403', '403']);
    } else if (ofPeople.has(operationId)) {
      expect([own, other]).toEqual(['404', '404']);
    } else {
      expect([own, other]).toEqual(['through', lists.has(operationId) || needs === null ? 'through' : '404']);
    }
  });

  test.each(operations)('$operationId stops at the borders of a folder', async ({ operationId }) => {
    const { needs }: Route = routes[operationId];
    const [own, other] = await Promise.all(
      [callers.world.shop, callers.world.vault].map((place) => ask(operationId, place, keys.get('in-folder'))),
    );
    if (own === undefined || other === undefined) throw new Error('Two answers were expected.');
    const outcomes = [outcomeOf(own), outcomeOf(other)];
    if (needs === null || needs === undefined) expect(outcomes).toEqual(['through', 'through']);
    else if (ofServer.has(operationId)) expect(outcomes).toEqual(['403', '403']);
    else if (lists.has(operationId) || listsOfWorkspace.has(operationId)) {
      expect(outcomes).toEqual(['through', 'through']);
      expect(withoutAsked(other.text, callers.world.vault)).not.toMatch(/vault/);
    } else expect(outcomes).toEqual([inFolders.has(needs.split(':')[0] ?? '') ? 'through' : '404', '404']);
  });

  test.each(operations)('$operationId asks for the scopes of an API key', async ({ operationId }) => {
    const { needs }: Route = routes[operationId];
    const answer = await ask(operationId, callers.world.shop, keys.get('scoped'));
    const isMeant = needs === null || needs === 'run:read' || needs === 'run:control';
    expect(outcomeOf(answer)).toBe(isMeant ? 'through' : '403');
    if (!isMeant) expect(answer.error.message).toMatch(/scopes of this API key|lacks the permission/);
  });
}
