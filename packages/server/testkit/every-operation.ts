// Every operation of the contract × everybody, on the real engine. What each caller should get follows from the permission that
// the contract names and from his roles alone; what the guard itself believes of an operation is not asked.
import { openApiDocument, type Route, routeList, routes } from '@millrace/api';
import { builtInRoles, type Grant, meansPermission, type Permission } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiOperation, calls } from './api-calls.ts';
import { apiToken, type openTwoWorkspaces, type Place } from './two-workspaces.ts';

/** Of the whole server: a role that counts in one workspace is not enough. */
const ofServer: ReadonlySet<string> = new Set([
  'rotateSecrets',
  'listWorkers',
  'listHeldAttempts',
  'drainWorker',
  'resumeWorker',
  'listJoinTokens',
  'createJoinToken',
  'revokeJoinToken',
  'listJoinedWorkers',
  'revokeWorker',
  'getSettings',
  'getMetrics',
  'listAudit',
  'exportAudit',
  'verifyAudit',
  'createUser',
  'createServiceAccount',
  'putGroup',
  'putRole',
  'bindRole',
  'unbindRole',
  'createApiKey',
]);
/** Of people, who belong to no workspace: to those who have roles in one only, they are not there. */
const ofPeople: ReadonlySet<string> = new Set([
  'getUser',
  'changeUser',
  'disableUser',
  'enableUser',
  'removeUser',
  'resetPassword',
  'unlockUser',
  'listUserSessions',
  'listUserIdentities',
  'removeUserIdentity',
  'signUserOut',
  'getServiceAccount',
  'changeServiceAccount',
  'disableServiceAccount',
  'enableServiceAccount',
  'removeServiceAccount',
  'getGroup',
  'removeGroup',
  'addMember',
  'removeMember',
  'getRole',
  'removeRole',
  'revokeApiKey',
]);
/** About the caller himself, but not for an API key, as which everybody calls here. */
const ofSessions: ReadonlySet<string> = new Set(['unlinkOwnIdentity', 'findLoginRequest', 'answerLoginRequest']);
/** Lists of everything, in which what is foreign does not show. All others name one thing. */
const lists: ReadonlySet<string> = new Set([
  'listWorkspaces',
  'getGrammar',
  'listSchedules',
  'listWebhooks',
  'listDeliveries',
  'listRuns',
  'countRuns',
  'bulkRuns',
  'listApprovals',
  'listLimits',
  'listQueues',
  'listEvents',
  'openLive',
  'listCache',
  'clearCache',
  'listUsers',
  'listServiceAccounts',
  'listGroups',
  'listRoles',
  'listRoleBindings',
  'listApiKeys',
]);

/** Lists of what a workspace has, empty for whoever reaches nothing of it. */
const listsOfWorkspace: ReadonlySet<string> = new Set([
  'listWorkflows',
  'listLatestRuns',
  'listSecrets',
  'listConnections',
]);
/** What hangs on workflows, and so is in their folder. */
const inFolders: ReadonlySet<string> = new Set(['workflow', 'schedule', 'webhook', 'run', 'log', 'approval', 'cache']);

const operations = routeList.filter(
  (spec): spec is Route & Readonly<{ operationId: ApiOperation; access: 'api' }> => spec.access === 'api',
);
const missing: Place = {
  workspace: 'nope',
  run: '4242',
  ended: '4242',
  asking: '4242',
  delivery: '4242',
  event: '4242',
};

/** What needs nobody. Each is here because somebody thought about it. */
const forEverybody = [
  'beginOidcSignIn',
  'createLoginRequest',
  'finishLogin',
  'finishOidcSignIn',
  'getLiveness',
  'getOpenApi',
  'getReadiness',
  'getSignIn',
  'receiveDelivery',
  'receiveDeliveryByGet',
  'receivePush',
  'renewSession',
  'setPassword',
  'setUp',
  'signIn',
  'signInByDirectory',
];

/** Every promise of permissions, as tests, on whatever store. */
export function everyOperation(name: string, openWorld: () => ReturnType<typeof openTwoWorkspaces>): void {
  describe(name, () => {
    let world: Awaited<ReturnType<typeof openTwoWorkspaces>>;
    const keys = new Map<string, string>();
    beforeAll(async () => {
      world = await openWorld();
      await world.server.app.ready();
      const here = { workspace: 'shop' };
      for (const { name: role } of builtInRoles)
        keys.set(role, (await world.createKey(`the-${role}`, [role], here)).key);
      keys.set('nothing', (await world.createKey('the-nothing', [], {})).key);
      keys.set('stranger', (await world.createKey('the-stranger', ['admin'], { workspace: 'vault' })).key);
      keys.set('everywhere', (await world.createKey('the-everywhere', ['viewer'], {})).key);
      keys.set('in-folder', (await world.createKey('the-in-folder', ['admin'], { folder: 'shop' })).key);
      keys.set('scoped', (await world.createKey('the-scoped', ['admin'], {}, [scope])).key);
    });
    afterAll(() => world.close());

    const wrongAttempt = `mra_${Buffer.from('w/1/0/-1/0/1/9999999999999').toString('base64url')}_${'A'.repeat(43)}`;
    const scope: Grant = { effect: 'allow', permission: 'run:*', where: { workspace: 'shop' } };

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

    describe('every operation', () => {
      test('is tried here, with workspaces and things in them', () => {
        expect(Object.keys(calls).sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
        // With those that need nobody, and those of workers, that is all of the contract, and all of the OpenAPI document.
        const others = routeList.filter(({ access }) => access !== 'api').map(({ operationId }) => operationId);
        const documented = Object.values(openApiDocument('0').paths).flatMap((path) =>
          Object.values(path as Readonly<Record<string, Readonly<{ operationId?: string }>>>).map(
            (one) => one.operationId,
          ),
        );
        expect([...Object.keys(calls), ...others].sort()).toEqual(documented.sort());
        expect(
          routeList
            .filter(({ access }) => access === 'public')
            .map(({ operationId }) => operationId)
            .sort(),
        ).toEqual(forEverybody);
        expect(Object.values({ ...world.shop, ...world.vault }).every((text) => text !== '')).toBe(true);
      });

      // First of all, while the attempt goes on.
      test.each(operations)('$operationId of an attempt is of its own run, or an event, or refused', async (spec) => {
        const { operationId, method, path, needs } = spec;
        const token = await world.attemptToken(world.shop);
        const isRead = method === 'GET' && path.startsWith('/api/v1/runs/{run}') && needs?.endsWith(':read') === true;
        const isMeant = isRead || operationId === 'emitEvent';
        const own = await ask(operationId, { ...world.shop, asking: world.shop.run }, token);
        if (isMeant) expect(outcomeOf(own)).toBe('through');
        else {
          expect([own.status, own.code]).toEqual([403, 'forbidden']);
          expect(own.error.details.permission).toBe(needs);
          expect(own.error.message).toContain(operationId);
        }
        const texts: string[] = [];
        for (const place of [world.vault, missing]) {
          const { status, error } = await ask(operationId, place, token);
          expect(status).toBe(isMeant ? 404 : 403);
          if (isMeant) expect(error.hint).toBe('It is not there, or not yours to see.');
          // What is refused everywhere names the caller's own run, and nothing of the place.
          texts.push(isMeant ? nameless(error, place) : error.message);
        }
        expect(texts[0]).toBe(texts[1]);
        // Another run of the same workspace is foreign as well.
        const { ended } = world.shop;
        const beside = await ask(operationId, { ...world.shop, run: ended, asking: ended }, token);
        expect(beside.status).toBe(isRead ? 404 : own.status);
      });

      test.each(operations)('$operationId is for nobody who is not signed in', async ({ operationId }) => {
        const answers = await Promise.all(
          [undefined, 'wrong', 'mrk_wrong', wrongAttempt].map((token) => ask(operationId, world.shop, token)),
        );
        expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(4).fill([401, 'unauthorized']));
      });

      test.each(routeList.filter(({ access }) => access === 'worker'))(
        '$operationId is for workers only',
        async ({ method, path }) => {
          for (const token of [apiToken, keys.get('admin')]) {
            const { statusCode } = await world.server.app.inject({
              method,
              url: path.replace(/\{\w+\}/g, 'x'),
              headers: { authorization: `Bearer ${token}` },
            });
            expect(statusCode).toBe(401);
          }
        },
      );

      test.each(operations)('$operationId is for whoever has the API token', async ({ operationId }) => {
        for (const place of [world.shop, world.vault]) {
          expect(outcomeOf(await ask(operationId, place, apiToken))).toBe('through');
        }
      });

      describe.each(builtInRoles.map(({ name }) => name))('of a %s of one workspace', (role) => {
        test.each(operations)('$operationId', async ({ operationId }) => {
          for (const place of [world.shop, world.vault, missing]) {
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

      test.each(operations)(
        '$operationId tells nobody whether there is what he may not see',
        async ({ operationId }) => {
          for (const role of ['viewer', 'admin', 'scoped', 'nothing']) {
            if (lists.has(operationId)) continue;
            const [there, not] = await Promise.all(
              [world.vault, missing].map((place) => ask(operationId, place, keys.get(role))),
            );
            if (there === undefined || not === undefined) throw new Error('Two answers were expected.');
            const texts = [nameless(there.error, world.vault), nameless(not.error, missing)];
            expect(texts[0]).toEqual(texts[1]);
            expect(there.status).toBe(not.status);
          }
        },
      );

      test.each(operations)('$operationId is refused to somebody without any role', async ({ operationId }) => {
        const { status, error } = await ask(operationId, world.shop, keys.get('nothing'));
        if (routes[operationId].needs !== null) expect(status).toBe(403);
        else if (ofSessions.has(operationId)) expect(error.message).toMatch(/^Only somebody who is signed in can/);
        else expect(status).not.toBe(403);
      });

      test.each(operations)('$operationId stops at the borders of another workspace', async ({ operationId }) => {
        const { needs }: Route = routes[operationId];
        const own = outcomeOf(await ask(operationId, world.vault, keys.get('stranger')));
        const other = outcomeOf(await ask(operationId, world.shop, keys.get('stranger')));
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
          [world.shop, world.vault].map((place) => ask(operationId, place, keys.get('in-folder'))),
        );
        if (own === undefined || other === undefined) throw new Error('Two answers were expected.');
        const outcomes = [outcomeOf(own), outcomeOf(other)];
        if (needs === null || needs === undefined) expect(outcomes).toEqual(['through', 'through']);
        else if (ofServer.has(operationId)) expect(outcomes).toEqual(['403', '403']);
        else if (lists.has(operationId) || listsOfWorkspace.has(operationId)) {
          expect(outcomes).toEqual(['through', 'through']);
          expect(withoutAsked(other.text, world.vault)).not.toMatch(/vault/);
        } else expect(outcomes).toEqual([inFolders.has(needs.split(':')[0] ?? '') ? 'through' : '404', '404']);
      });

      test.each(operations)('$operationId asks for the scopes of an API key', async ({ operationId }) => {
        const { needs }: Route = routes[operationId];
        const answer = await ask(operationId, world.shop, keys.get('scoped'));
        const isMeant = needs === null || needs === 'run:read' || needs === 'run:control';
        expect(outcomeOf(answer)).toBe(isMeant ? 'through' : '403');
        if (!isMeant) expect(answer.error.message).toMatch(/scopes of this API key|lacks the permission/);
      });
    });

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

    describe('what is foreign', () => {
      const everyList = [
        'listWorkspaces',
        'listSchedules',
        'listWebhooks',
        'listDeliveries',
        'listRuns',
        'bulkRuns',
        'listApprovals',
        'listLimits',
        'listQueues',
        'listEvents',
        'listCache',
      ] as const;

      test.each(everyList)('shows in %s to those who see everything, and to nobody else', async (operation) => {
        const all = await ask(operation, world.shop, apiToken);
        expect(all.text).toContain('vault');
        expect(all.text).toContain('shop');
        const own = await ask(operation, world.shop, keys.get('admin'));
        expect([own.status, own.text.includes('shop'), own.text.includes('vault')]).toEqual([200, true, false]);
        const other = await ask(operation, world.shop, keys.get('stranger'));
        expect([other.status, other.text.includes('shop'), other.text.includes('vault')]).toEqual([200, false, true]);
      });

      test.each(['listSchedules', 'listWebhooks', 'listDeliveries', 'listRuns', 'listApprovals', 'listCache'] as const)(
        'shows in %s to nobody who sees one folder',
        async (operation) => {
          const { status, text } = await ask(operation, world.shop, keys.get('in-folder'));
          expect([status, text.includes('shop'), text.includes('vault')]).toEqual([200, true, false]);
        },
      );

      test('is in no count', async () => {
        const count = async (token: string | undefined): Promise<number> => {
          const { text } = await ask('countRuns', world.shop, token);
          return Object.values(JSON.parse(text) as Record<string, number>).reduce((sum, one) => sum + one, 0);
        };
        const [all, shop, vault] = [
          await count(apiToken),
          await count(keys.get('viewer')),
          await count(keys.get('stranger')),
        ];
        expect(Math.min(shop, vault)).toBeGreaterThan(0);
        expect(shop + vault).toBe(all);
      });

      test('is found by no filter', async () => {
        for (const query of [
          'runs?workspace=vault',
          'schedules?search=vault',
          'events?workspace=vault',
          'runs?tag=vault-tag',
        ]) {
          const get = async (token: string | undefined) =>
            (
              await world.server.app.inject({ url: `/api/v1/${query}`, headers: { authorization: `Bearer ${token}` } })
            ).json();
          expect((await get(apiToken)).items.length).toBeGreaterThan(0);
          expect(await get(keys.get('admin'))).toEqual({ items: [], next: null });
        }
      });

      test('is in no hint', async () => {
        const at = (token: string | undefined) => ask('getWorkspace', missing, token);
        expect((await at(apiToken)).error.hint).toBe('There are: shop, vault.');
        const start = (token: string | undefined) =>
          world.server.app.inject({
            method: 'POST',
            url: `/api/v1/workspaces/shop/workflows/nope/runs`,
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            payload: {},
          });
        expect((await start(apiToken)).json().error.hint).toContain('shop-release');
        expect((await start(keys.get('operator'))).json().error).toMatchObject({
          code: 'workflow_not_found',
          hint: 'It is not there, or not yours to see.',
          details: null,
        });
      });
    });

    describe('a refusal', () => {
      test('names who can help', async () => {
        const { error } = await ask('cancelRun', world.shop, keys.get('viewer'));
        expect(error).toMatchObject({
          code: 'forbidden',
          message: 'the-viewer lacks the permission run:control.',
          hint: 'Ask an administrator for a role that has it: the-scoped.',
        });
        const again = await ask('getSettings', world.shop, keys.get('viewer'));
        expect(again.error.message).toBe('the-viewer lacks the permission setting:read for the whole server.');
        expect(again.error.hint).toBe('Ask an administrator for a role that has it: the-scoped.');
      });

      test('of an API key says that it is the key', async () => {
        const { error } = await ask('getRun', world.vault, keys.get('scoped'));
        expect(error.code).toBe('run_not_found');
        const { error: control } = await ask('setSecret', world.shop, keys.get('scoped'));
        expect(control).toMatchObject({ code: 'forbidden', hint: 'Make an API key with this scope.' });
      });
    });
  });
}
