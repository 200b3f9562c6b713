// Walks the whole table of routes: good calls answer as the contract says, wrong ones with the envelope.
import { errorEnvelope, type Route, routeList } from '@millrace/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import { createFakeSources } from '../../testkit/fake-sources.ts';
import { record } from '../../testkit/lines.ts';

const server = createCheckedServer({ sources: createFakeSources() });
const host = { host: 'localhost' };
const json = { ...host, 'content-type': 'application/json' };
let run = '';
let resetToken = '';
let apiKey = '';
let ownKey = '';
let session = '';
/** Of an account, for what is about the caller himself. */
let own: Record<string, string> = {};
let ended = '';
let joinToken = { id: '', text: '' };
let oldJoinToken = '';
let joined = '';

const workerToken = (letter: string) => `mrw_AAAAAAAAAA_${letter.repeat(43)}`;

beforeAll(async () => {
  await server.app.ready();
  run = await server.fake.start();
  ended = await server.fake.start();
  server.fake.end(ended as never, 'failed');
  server.fake.appendLog(run as never, {}, record('hello'));
  const { accounts, roles, apiKeys } = server.fake.engine.people;
  const blank = { displayName: null, email: null, password: null, by: 'root' };
  for (const name of ['ada', 'bob', 'cy']) await accounts.create({ ...blank, name, kind: 'user' });
  for (const name of ['bot', 'robot']) await accounts.create({ ...blank, name, kind: 'service' });
  resetToken = await accounts.resetToken('bob');
  apiKey = (await apiKeys.create({ account: 'bot', name: 'ci', scopes: null, lifeMs: null, by: 'root' })).apiKey.id;
  await accounts.create({ ...blank, name: 'me', kind: 'user', password: 'three small owls' });
  const mine = await apiKeys.create({ account: 'me', name: 'laptop', scopes: null, lifeMs: null, by: 'me' });
  const toEnd = await apiKeys.create({ account: 'me', name: 'old', scopes: null, lifeMs: null, by: 'me' });
  own = { authorization: `Bearer ${mine.key}` };
  ownKey = toEnd.apiKey.id;
  session = (await server.fake.engine.people.signIn.begin('me', { address: '192.0.2.1', agent: 'test' })).session;
  for (const name of ['staff', 'ops']) await roles.putGroup({ name, description: '' });
  const { joining } = server.fake.engine;
  const bounds = { workspaces: ['shop'], queues: null, labels: null };
  const asked = { name: 'ci', bounds, lifeMs: 60_000, mostUses: 5, by: 'root' };
  const made = await joining.tokens.create(asked);
  joinToken = { id: made.joinToken.id, text: made.token };
  oldJoinToken = (await joining.tokens.create(asked)).joinToken.id;
  const entering = { joinToken: made.token, name: 'w', address: '192.0.2.1' };
  joined = (await joining.join({ ...entering, workerToken: `mrw_BBBBBBBBBB_${'b'.repeat(43)}` })).id;
  await roles.put({ name: 'deployer', description: '', grants: [] });
});
afterAll(() => server.close());

/** A good call of each operation that answers with JSON or text. */
const goodCalls: Readonly<
  Record<string, () => Readonly<{ url: string; payload?: unknown; status?: number; bearer?: string }>>
> = {
  listWorkspaces: () => ({ url: '/api/v1/workspaces' }),
  getWorkspace: () => ({ url: '/api/v1/workspaces/shop' }),
  syncWorkspace: () => ({ url: '/api/v1/workspaces/shop/sync', payload: {} }),
  getDefinitions: () => ({ url: '/api/v1/workspaces/shop/definitions' }),
  listPacks: () => ({ url: '/api/v1/workspaces/shop/packs' }),
  listWorkspaceFiles: () => ({ url: '/api/v1/workspaces/shop/files' }),
  readWorkspaceFile: () => ({ url: '/api/v1/workspaces/shop/files/content?path=.workflows%2Fa.yaml' }),
  checkWorkspaceFile: () => ({
    url: '/api/v1/workspaces/shop/files/check',
    payload: { path: '.workflows/a.yaml', text: 'workflows:' },
  }),
  writeWorkspaceFile: () => ({
    url: '/api/v1/workspaces/shop/files/write',
    payload: { path: '.workflows/a.yaml', text: 'workflows:', based_on: 'ab'.repeat(32) },
  }),
  renameWorkspaceFile: () => ({
    url: '/api/v1/workspaces/shop/files/rename',
    payload: { path: '.workflows/a.yaml', to: '.workflows/b.yaml', based_on: 'ab'.repeat(32) },
  }),
  removeWorkspaceFile: () => ({
    url: '/api/v1/workspaces/shop/files/remove',
    payload: { path: '.workflows/a.yaml', based_on: 'ab'.repeat(32) },
  }),
  getGrammar: () => ({ url: '/api/v1/grammar' }),
  planWorkspace: () => ({ url: '/api/v1/workspaces/shop/plan', payload: { ref: 'main' } }),
  listWorkflows: () => ({ url: '/api/v1/workspaces/shop/workflows?search=builds%20REL' }),
  getWorkflow: () => ({ url: '/api/v1/workspaces/shop/workflows/release' }),
  listLatestRuns: () => ({ url: '/api/v1/workspaces/shop/latest-runs?each=3' }),
  listWorkflowVersions: () => ({ url: '/api/v1/workspaces/shop/workflows/release/versions' }),
  getWorkflowSource: () => ({ url: '/api/v1/workspaces/shop/workflows/release/source?revision=r1' }),
  startRun: () => ({
    url: '/api/v1/workspaces/shop/workflows/release/runs',
    payload: { input: { tag: 'a' } },
    status: 201,
  }),
  receiveDelivery: () => ({ url: '/hooks/shop/push', payload: { a: 1 }, status: 202 }),
  receiveDeliveryByGet: () => ({ url: '/hooks/shop/push?wait=1' }),
  listWebhooks: () => ({ url: '/api/v1/webhooks?workspace=shop' }),
  getWebhook: () => ({ url: '/api/v1/workspaces/shop/webhooks/push' }),
  listDeliveries: () => ({ url: '/api/v1/deliveries?webhook=push&outcome=accepted' }),
  getDelivery: () => ({ url: '/api/v1/deliveries/7' }),
  redeliver: () => ({ url: '/api/v1/deliveries/7/redeliver', payload: { by: 'ada' }, status: 201 }),
  listSecrets: () => ({ url: '/api/v1/workspaces/shop/secrets' }),
  setSecret: () => ({ url: '/api/v1/workspaces/shop/secrets/token', payload: { value: 'hunter2', by: 'ada' } }),
  removeSecret: () => ({ url: '/api/v1/workspaces/shop/secrets/token/remove', payload: {} }),
  rotateSecrets: () => ({ url: '/api/v1/secrets/rotate', payload: {} }),
  changeOwnPassword: () => ({
    url: '/api/v1/me/password',
    payload: { old_password: 'three small owls', password: 'four large owls' },
  }),
  listOwnSessions: () => ({ url: '/api/v1/me/sessions' }),
  endOwnSession: () => ({ url: `/api/v1/me/sessions/${session}/end`, payload: {} }),
  endOtherSessions: () => ({ url: '/api/v1/me/sessions/end-others', payload: {} }),
  listOwnIdentities: () => ({ url: '/api/v1/me/identities' }),
  listOwnApiKeys: () => ({ url: '/api/v1/me/api-keys' }),
  createOwnApiKey: () => ({ url: '/api/v1/me/api-keys', payload: { name: 'laptop' }, status: 201 }),
  revokeOwnApiKey: () => ({ url: `/api/v1/me/api-keys/${ownKey}/revoke`, payload: {} }),
  listUsers: () => ({ url: '/api/v1/users' }),
  createUser: () => ({ url: '/api/v1/users', payload: { name: 'Dee', email: 'dee@example.org' }, status: 201 }),
  getUser: () => ({ url: '/api/v1/users/ada' }),
  changeUser: () => ({ url: '/api/v1/users/ada', payload: { display_name: 'Ada L.', email: null } }),
  disableUser: () => ({ url: '/api/v1/users/ada/disable', payload: {} }),
  enableUser: () => ({ url: '/api/v1/users/ada/enable', payload: {} }),
  removeUser: () => ({ url: '/api/v1/users/cy/remove', payload: {} }),
  resetPassword: () => ({ url: '/api/v1/users/ada/reset-password', payload: {} }),
  unlockUser: () => ({ url: '/api/v1/users/ada/unlock', payload: {} }),
  listUserSessions: () => ({ url: '/api/v1/users/ada/sessions' }),
  listUserIdentities: () => ({ url: '/api/v1/users/ada/identities' }),
  signUserOut: () => ({ url: '/api/v1/users/ada/sign-out', payload: {} }),
  setPassword: () => ({ url: '/api/v1/set-password', payload: { token: resetToken, password: 'three small owls' } }),
  listServiceAccounts: () => ({ url: '/api/v1/service-accounts' }),
  createServiceAccount: () => ({ url: '/api/v1/service-accounts', payload: { name: 'ci' }, status: 201 }),
  getServiceAccount: () => ({ url: '/api/v1/service-accounts/bot' }),
  changeServiceAccount: () => ({ url: '/api/v1/service-accounts/bot', payload: { display_name: 'The bot' } }),
  disableServiceAccount: () => ({ url: '/api/v1/service-accounts/bot/disable', payload: {} }),
  enableServiceAccount: () => ({ url: '/api/v1/service-accounts/bot/enable', payload: {} }),
  removeServiceAccount: () => ({ url: '/api/v1/service-accounts/robot/remove', payload: {} }),
  listGroups: () => ({ url: '/api/v1/groups' }),
  getGroup: () => ({ url: '/api/v1/groups/staff' }),
  putGroup: () => ({ url: '/api/v1/groups/staff', payload: { description: 'All of us' } }),
  removeGroup: () => ({ url: '/api/v1/groups/ops/remove', payload: {} }),
  addMember: () => ({ url: '/api/v1/groups/staff/members/ada', payload: {} }),
  removeMember: () => ({ url: '/api/v1/groups/staff/members/ada/remove', payload: {} }),
  listRoles: () => ({ url: '/api/v1/roles' }),
  getRole: () => ({ url: '/api/v1/roles/deployer' }),
  putRole: () => ({
    url: '/api/v1/roles/deployer',
    payload: { description: 'Deploys.', grants: [{ permission: 'run:*', where: { workspace: 'shop', own: true } }] },
  }),
  removeRole: () => ({ url: '/api/v1/roles/deployer/remove', payload: {} }),
  listRoleBindings: () => ({ url: '/api/v1/role-bindings?account=ada' }),
  bindRole: () => ({
    url: '/api/v1/role-bindings',
    payload: { account: 'ada', role: 'viewer', where: { workspace: 'shop' } },
  }),
  unbindRole: () => ({
    url: '/api/v1/role-bindings/remove',
    payload: { account: 'ada', role: 'viewer', where: { workspace: 'shop' } },
  }),
  listApiKeys: () => ({ url: '/api/v1/api-keys?account=bot' }),
  createApiKey: () => ({
    url: '/api/v1/api-keys',
    payload: { account: 'bot', name: 'deploy', scopes: [{ permission: 'run:read' }], life_ms: 86_400_000 },
    status: 201,
  }),
  revokeApiKey: () => ({ url: `/api/v1/api-keys/${apiKey}/revoke`, payload: {} }),
  listConnections: () => ({ url: '/api/v1/workspaces/shop/connections' }),
  readSecrets: () => ({
    url: '/worker/v1/secrets',
    payload: {
      worker: 'w',
      held: { run: '1', step: 0, item: -1, iteration: 0, attempt: 1 },
      step: 0,
      names: ['token'],
    },
  }),
  listSchedules: () => ({ url: '/api/v1/schedules?workspace=shop&enabled=false&next=3' }),
  getSchedule: () => ({ url: '/api/v1/workspaces/shop/schedules/nightly' }),
  listScheduleTicks: () => ({ url: '/api/v1/workspaces/shop/schedules/nightly/ticks?limit=2' }),
  enableSchedule: () => ({ url: '/api/v1/workspaces/shop/schedules/nightly/enable', payload: { by: 'ada' } }),
  disableSchedule: () => ({ url: '/api/v1/workspaces/shop/schedules/nightly/disable', payload: { reason: 'loud' } }),
  resetSchedule: () => ({ url: '/api/v1/workspaces/shop/schedules/nightly/reset', payload: {} }),
  backfillSchedule: () => ({
    url: '/api/v1/workspaces/shop/schedules/nightly/backfill',
    payload: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00+01:00', dry_run: true },
  }),
  fireSchedule: () => ({ url: '/api/v1/workspaces/shop/schedules/nightly/fire', payload: {}, status: 201 }),
  listRuns: () => ({ url: '/api/v1/runs?status=running&limit=1' }),
  countRuns: () => ({ url: '/api/v1/runs/count?workspace=shop&status=failed&top_level=true' }),
  listAttempts: () => ({ url: `/api/v1/runs/${run}/attempts?step=build&status=failed&values=true&after=0/0/-1/1` }),
  getRun: () => ({ url: `/api/v1/runs/${run}?include=plan` }),
  explainRun: () => ({ url: `/api/v1/runs/${run}/explain` }),
  emitEvent: () => ({
    url: '/api/v1/events',
    payload: { workspace: 'shop', type: 'order.paid', payload: { order: 7 }, key: 'k' },
    status: 201,
  }),
  listAudit: () => ({ url: '/api/v1/audit?actor=local&outcome=done&since=2026-01-01T00:00:00Z' }),
  exportAudit: () => ({ url: '/api/v1/audit/export?from=1' }),
  verifyAudit: () => ({ url: '/api/v1/audit/verify', payload: {} }),
  listEvents: () => ({ url: '/api/v1/events?workspace=shop&type=order.paid&key=k&after=400' }),
  getEvent: () => ({ url: '/api/v1/events/311' }),
  listApprovals: () => ({ url: '/api/v1/approvals?workspace=shop&approver=ada&after=12/0/0/-1' }),
  listRunApprovals: () => ({ url: `/api/v1/runs/${run}/approvals` }),
  answerApproval: () => ({
    url: `/api/v1/runs/${run}/approvals/build/answer`,
    payload: { by: 'ada', decision: 'approve', values: { tag: 'v2' }, comment: 'Go.', item: 3 },
  }),
  delegateApproval: () => ({
    url: `/api/v1/runs/${run}/approvals/build/delegate`,
    payload: { to: 'bob', comment: 'On leave.' },
  }),
  pauseRun: () => ({ url: `/api/v1/runs/${run}/pause`, payload: { reason: 'why not' }, status: 200 }),
  resumeRun: () => ({ url: `/api/v1/runs/${run}/resume`, payload: { by: 'ada' }, status: 200 }),
  cancelRun: () => ({ url: `/api/v1/runs/${run}/cancel`, payload: { reason: 'why not' }, status: 202 }),
  listCache: () => ({ url: '/api/v1/cache?limit=3' }),
  clearCache: () => ({ url: '/api/v1/cache/clear', payload: {} }),
  bulkRuns: () => ({ url: '/api/v1/runs/bulk', payload: { action: 'cancel', filter: {}, dry_run: true } }),
  rerunRun: () => ({ url: `/api/v1/runs/${ended}/rerun`, payload: { from: ['failed'] }, status: 201 }),
  getRunOutput: () => ({ url: `/api/v1/runs/${run}/output` }),
  waitForRun: () => ({ url: `/api/v1/runs/${run}/wait?timeout=0` }),
  listLogs: () => ({ url: `/api/v1/runs/${run}/logs` }),
  readLogs: () => ({ url: `/api/v1/runs/${run}/logs/content` }),
  listWorkers: () => ({ url: '/api/v1/workers' }),
  listHeldAttempts: () => ({ url: '/api/v1/workers/w1/attempts' }),
  drainWorker: () => ({ url: '/api/v1/workers/w1/drain', payload: {} }),
  resumeWorker: () => ({ url: '/api/v1/workers/w1/resume', payload: {} }),
  listJoinTokens: () => ({ url: '/api/v1/join-tokens' }),
  createJoinToken: () => ({
    url: '/api/v1/join-tokens',
    payload: { name: 'build machines', bounds: { queues: ['build'] }, life_ms: null, most_uses: null },
    status: 201,
  }),
  revokeJoinToken: () => ({ url: `/api/v1/join-tokens/${oldJoinToken}/revoke`, payload: {} }),
  listJoinedWorkers: () => ({ url: '/api/v1/joined-workers' }),
  revokeWorker: () => ({ url: `/api/v1/joined-workers/${joined}/revoke`, payload: {} }),
  joinWorker: () => ({
    url: '/worker/v1/join',
    payload: { token: workerToken('a'), name: 'build-7' },
    bearer: joinToken.text,
  }),
  rotateWorkerToken: () => ({
    url: '/worker/v1/rotate',
    payload: { token: workerToken('b') },
    bearer: workerToken('a'),
  }),
  listLimits: () => ({ url: '/api/v1/limits?workspace=shop&kind=concurrency&key=prod&limit=5' }),
  listQueues: () => ({ url: '/api/v1/queues?workspace=shop' }),
  syncWorker: () => ({
    url: '/worker/v1/sync',
    payload: {
      worker: {
        id: 'w',
        name: 'w',
        labels: [],
        capabilities: [],
        queues: [],
        slots: 1,
        version: '1',
        host: 'h',
        pid: 1,
      },
      results: [],
      running: null,
      received: 0,
      returned: [],
      freeSlots: 1,
      stopping: false,
      waitMs: 0,
    },
  }),
  endedRuns: () => ({ url: '/worker/v1/ended-runs', payload: { runs: [run] } }),
  openFiles: () => ({ url: '/worker/v1/files/shop/r1' }),
  getMe: () => ({ url: '/api/v1/me' }),
  getSignIn: () => ({ url: '/api/v1/sign-in' }),
  signOut: () => ({ url: '/api/v1/sign-out', payload: {} }),
  getOpenApi: () => ({ url: '/openapi.json' }),
  getSettings: () => ({ url: '/api/v1/settings' }),
  getLiveness: () => ({ url: '/health/live' }),
  getReadiness: () => ({ url: '/health/ready' }),
  getMetrics: () => ({ url: '/metrics' }),
};

const isOwn = (path: string): boolean => path.startsWith('/api/v1/me/');

describe('every operation', () => {
  test('has a good call here, except those with tests of their own', () => {
    const missing = routeList.map((spec) => spec.operationId).filter((id) => goodCalls[id] === undefined);
    expect(missing.sort()).toEqual(
      [
        'beginOwnLink',
        'finishOwnLink',
        'linkOwnDirectory',
        'unlinkOwnIdentity',
        'removeUserIdentity',
        'receivePush',
        'openLive',
        'appendLogs',
        'signIn',
        'renewSession',
        'setUp',
        'beginOidcSignIn',
        'finishOidcSignIn',
        'signInByDirectory',
        'createLoginRequest',
        'finishLogin',
        'findLoginRequest',
        'answerLoginRequest',
      ].sort(),
    );
  });

  test.each(routeList.filter((spec) => goodCalls[spec.operationId] !== undefined))(
    '$operationId answers as the contract says',
    async (spec) => {
      const { url, payload, status = 200, bearer } = goodCalls[spec.operationId]?.() ?? { url: '' };
      const answer = await server.app.inject({
        method: spec.method,
        url,
        headers: {
          ...(payload === undefined ? host : json),
          ...(isOwn(spec.path) ? own : {}),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(payload === undefined ? {} : { payload: payload as object }),
      });
      expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([status, expect.any(String)]);
      const response = spec.responses[status];
      expect(response).toBeDefined();
      if (response?.schema !== undefined) expect(server.seenOperations).toContain(spec.operationId);
      const type = String(answer.headers['content-type']).split(';', 1)[0];
      expect([...(response?.contentTypes ?? []), 'application/json']).toContain(type);
      expect(server.violations).toEqual([]);
    },
  );
});

/** One text for all routes: each of its own would be as many bytes for each. */
const tooLarge = `"${'x'.repeat(65 * 1024 * 1024)}"`;

/** Calls of a route that must fail, with the status that they must fail with. */
function wrongCalls(
  spec: Route,
): readonly Readonly<{ what: string; url: string; payload?: string; type?: string; status: number[] }>[] {
  const path = spec.path
    .replace('{run}', '1')
    .replace('{workspace}', 'shop')
    .replace('{workflow}', 'release')
    .replace('{schedule}', 'nightly')
    .replace('{webhook}', 'push')
    .replace('{delivery}', '7')
    .replace('{revision}', 'r1')
    .replace('{step}', 'build')
    .replace('{event}', '311')
    .replace('{worker}', 'w1')
    .replace('{user}', 'ada')
    .replace('{account}', 'bot')
    .replace('{group}', 'staff')
    .replace('{role}', 'deployer')
    .replace('{key}', 'k')
    .replace('{session}', 's')
    .replace('{identity}', 'i')
    .replace('{provider}', 'company')
    .replace('{join_token}', 't')
    .replace('{joined}', 'w');
  const type = spec.bodyType ?? 'application/json';
  return [
    ...(spec.params === undefined
      ? []
      : [
          {
            what: 'a name that is too long',
            url: spec.path.replace(/\{\w+\}/g, 'x'.repeat(900)),
            payload: '{}',
            type,
            status: [400, 404],
          },
          {
            what: 'nothing by that name',
            url: spec.path.replace(/\{run\}/, '999').replace(/\{\w+\}/g, 'nope'),
            payload: '{}',
            type,
            status: [204, 400, 404],
          },
        ]),
    // What providers of identity send along is theirs.
    ...(spec.query === undefined || spec.path.endsWith('/callback')
      ? []
      : [{ what: 'an unknown query parameter', url: `${path}?nope=1`, payload: '{}', type, status: [400] }]),
    ...(spec.method === 'GET'
      ? []
      : [
          { what: 'broken content', url: path, payload: '{"a":', type, status: [400] },
          {
            what: 'content of another type',
            url: path,
            payload: 'a=1',
            type: 'application/x-www-form-urlencoded',
            status: [400],
          },
          {
            what: 'a body that is too large',
            url: path,
            payload: tooLarge,
            type,
            status: [413],
          },
        ]),
    ...(spec.body === undefined
      ? []
      : [
          { what: 'an unknown key', url: path, payload: '{"nope":1}', type, status: [400] },
          { what: 'an array', url: path, payload: '[]', type, status: [400] },
          { what: 'null', url: path, payload: 'null', type, status: [400] },
        ]),
  ];
}

describe('every wrong call', () => {
  // A body of any type is not read, only checked for its signature: see the tests of that.
  const calls = routeList
    .filter((spec) => spec.operationId !== 'receivePush')
    .flatMap((spec) => wrongCalls(spec).map((call) => ({ ...call, method: spec.method, id: spec.operationId })));

  test.each(calls)('$id with $what gets the envelope', async ({ id, method, url, payload, type, status }) => {
    const answer = await server.app.inject({
      method,
      url,
      headers: {
        ...host,
        ...(method === 'POST' ? { 'content-type': type ?? '' } : {}),
        ...(id === 'joinWorker' ? { authorization: `Bearer ${joinToken.text}` } : {}),
      },
      ...(method === 'POST' && payload !== undefined ? { payload } : {}),
    });
    expect(status).toContain(answer.statusCode);
    if (answer.statusCode === 204) return;
    const { error } = errorEnvelope.parse(answer.json());
    expect(error.request_id).toBe(answer.headers['x-request-id']);
    expect(error.hint).not.toBeNull();
    if (error.code === 'invalid_request' && error.details !== null) {
      const problems = error.details.problems as readonly Record<string, string>[];
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) expect(Object.keys(problem)).toEqual(['path', 'expected', 'actual', 'message']);
    }
  });

  test.each(['/nope', '/api/v1/nope', '/api/v1/runs/', '/%zz', '/api/v1/runs/%ff', '/worker/v1/nope'])(
    'GET %s gets the envelope',
    async (url) => {
      const answer = await server.app.inject({ url, headers: host });
      expect([400, 404]).toContain(answer.statusCode);
      errorEnvelope.parse(answer.json());
    },
  );

  test('an unexpected failure says nothing but its request id, and is logged with its cause', async () => {
    const lines: string[] = [];
    const broken = createCheckedServer({
      logger: { level: 'info', stream: { write: (line: string) => lines.push(line) } } as never,
    });
    broken.fake.broken.store = new Error('password=hunter2');
    const answer = await broken.app.inject({
      url: '/api/v1/workspaces',
      headers: { ...host, authorization: 'Bearer secret-value' },
    });
    await broken.close();
    expect(answer.statusCode).toBe(500);
    const { error } = errorEnvelope.parse(answer.json());
    expect(error).toMatchObject({ code: 'internal', hint: expect.stringContaining(error.request_id) });
    expect(answer.body).not.toContain('hunter2');
    const logged = lines.join('');
    expect(logged).toContain('hunter2');
    expect(logged).toContain(error.request_id);
    expect(logged).not.toContain('secret-value');
  });

  test("__proto__ in a request is refused, in a worker's output it is a plain key", async () => {
    const start = { method: 'POST' as const, url: '/api/v1/workspaces/shop/workflows/release/runs', headers: json };
    expect(
      (await server.app.inject({ ...start, payload: '{"input":{"tag":"a","__proto__":{"x":1}}}' })).statusCode,
    ).toBe(400);
    const { payload } = goodCalls.syncWorker?.() ?? {};
    const result =
      '{"run":"1","step":0,"item":-1,"iteration":0,"attempt":1,"result":{"status":"succeeded","durationMs":1,"output":{"__proto__":{"polluted":1}}}}';
    const text = JSON.stringify(payload).replace('"results":[]', `"results":[${result}]`);
    const answer = await server.app.inject({ method: 'POST', url: '/worker/v1/sync', headers: json, payload: text });
    expect(answer.statusCode).toBe(200);
    const output = server.fake.seen.syncs.at(-1)?.results[0]?.result;
    expect(Object.keys(output?.status === 'succeeded' ? (output.output as object) : {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
