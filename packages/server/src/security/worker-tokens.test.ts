// Every operation of workers × every token that a worker may show, on the real engine.
import { type OperationId, routeList } from '@millrace/api';
import { encodeLogBatch, logBatchMediaType, noBounds, type RunId, runId, type WorkerBounds } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiToken, openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

type World = Awaited<ReturnType<typeof openTwoWorkspaces>>;
let world: World;
let run: RunId;
let attempt: Readonly<{ run: RunId; step: number; item: number; iteration: number; attempt: number }>;

const tokenOf = (id: string, letter = 'a') => `mrw_${id}_${letter.repeat(43)}`;
const holder = 'HHHHHHHHHH';
const other = 'OOOOOOOOOO';
const bound = 'BBBBBBBBBB';
const revoked = 'RRRRRRRRRR';

async function join(id: string, bounds: WorkerBounds = noBounds): Promise<void> {
  const { joining } = world.engine;
  const { token } = await joining.tokens.create({ name: id, bounds, lifeMs: 60_000, mostUses: 1, by: 'test' });
  await joining.join({ joinToken: token, workerToken: tokenOf(id), name: `name of ${id}`, address: '192.0.2.1' });
}

const description = (id: string) => ({
  id,
  name: 'w',
  labels: [],
  capabilities: ['shell' as const],
  queues: ['shop-slow'],
  slots: 1,
  version: '0',
  host: 'h',
  pid: 1,
});

const yaml = `
secrets: { shop_token: {} }
workflows:
  slow: { steps: { only: { type: shell, cmd: "true", queue: shop-slow, env: { T: "{{ secrets.shop_token }}" } } } }
`;

type Sent = Readonly<{ url: string; payload: Buffer | object | undefined; type?: string }>;

/** A call of each operation, about what the holder holds, under a worker's id. */
const calls: Readonly<Record<string, (id: string) => Sent>> = {
  syncWorker: (id) => ({
    url: '/worker/v1/sync',
    payload: {
      worker: description(id),
      results: [{ ...attempt, result: { status: 'succeeded', output: 'stolen', durationMs: 1 } }],
      running: null,
      received: 0,
      returned: [],
      freeSlots: 1,
      stopping: false,
      waitMs: 0,
    },
  }),
  appendLogs: () => ({
    url: '/worker/v1/logs',
    payload: Buffer.from(encodeLogBatch([{ ...attempt, offset: 0, data: Buffer.from('stolen\n') }])),
    type: logBatchMediaType,
  }),
  endedRuns: () => ({ url: '/worker/v1/ended-runs', payload: { runs: [run] } }),
  readSecrets: (id) => ({
    url: '/worker/v1/secrets',
    payload: { worker: id, held: attempt, step: attempt.step, names: ['shop_token'] },
  }),
  openFiles: () => ({ url: '/worker/v1/files/shop/shop-r1', payload: undefined }),
  rotateWorkerToken: (id) => ({ url: '/worker/v1/rotate', payload: { token: tokenOf(id.slice(0, 10), 'z') } }),
};

async function send(operation: string, id: string, token: string | undefined, remoteAddress = '127.0.0.1') {
  const sent = calls[operation]?.(id);
  if (sent === undefined) throw new Error(`Nothing calls ${operation}.`);
  const spec = routeList.find(({ operationId }) => operationId === operation);
  const answer = await world.server.app.inject({
    method: spec?.method ?? 'GET',
    url: sent.url,
    remoteAddress,
    headers: {
      host: 'localhost',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(sent.payload === undefined ? {} : { 'content-type': sent.type ?? 'application/json' }),
    },
    ...(sent.payload === undefined ? {} : { payload: sent.payload }),
  });
  return answer.statusCode < 400 ? `${answer.statusCode}` : `${answer.statusCode} ${answer.json().error.code}`;
}

beforeAll(async () => {
  world = await openTwoWorkspaces();
  const { engine } = world;
  await world.server.app.ready();
  const { publish } = world;
  await publish('shop', 'shop-r2', yaml);
  for (const id of [holder, other, revoked]) await join(id);
  await join(bound, { ...noBounds, workspaces: ['vault'] });
  ({ run } = await engine.startRun({ workspace: 'shop', workflow: 'slow', input: {}, trigger: { type: 'test' } }));
  const workers = engine.joining.protocolOf({
    worker: await engine.joining.identify(tokenOf(holder)),
    token: tokenOf(holder),
  });
  const sync = {
    worker: description(`${holder}.p`) as never,
    results: [],
    running: null,
    received: 0,
    returned: [],
    freeSlots: 1,
    stopping: false,
  };
  await workers.sync({ ...sync, waitMs: 0 });
  const { assignments } = await workers.sync({ ...sync, waitMs: 5_000 });
  const [given] = assignments;
  if (given === undefined) throw new Error('The holder got nothing.');
  const { step, item, iteration, attempt: number } = given;
  attempt = { run: runId(given.run), step, item, iteration, attempt: number };
  await engine.joining.revoke(revoked, 'ada');
});
afterAll(() => world.close());

const operations = routeList
  .filter(({ access, operationId }) => access === 'worker' && operationId !== 'joinWorker')
  .map(({ operationId }) => operationId as OperationId);

describe('each operation of workers', () => {
  test('is called here', () => {
    expect(Object.keys(calls).sort()).toEqual([...operations].sort());
  });

  test.each(operations)('%s refuses whoever shows no good token', async (operation) => {
    const outcomes = {
      nothing: await send(operation, 'w', undefined),
      revoked: await send(operation, `${revoked}.p`, tokenOf(revoked)),
      forged: await send(operation, `${holder}.p`, tokenOf(holder, 'x')),
      unknown: await send(operation, 'NNNNNNNNNN.p', tokenOf('NNNNNNNNNN')),
      malformed: await send(operation, `${holder}.p`, `mrw_${holder}`),
      'the API token': await send(operation, 'w', apiToken),
      'a join token': await send(operation, 'w', `mrj_${holder}_${'a'.repeat(43)}`),
    };
    expect(outcomes).toEqual({
      nothing: '401 unauthorized',
      revoked: '401 worker_revoked',
      forged: '401 unauthorized',
      unknown: '401 unauthorized',
      malformed: '401 unauthorized',
      'the API token': '401 unauthorized',
      'a join token': '401 unauthorized',
    });
  });

  test.each([
    // Another worker under the holder's id; under its own; the shared token under the holder's id; the holder itself.
    ['appendLogs', '409 lease_lost', '409 lease_lost', null, '204'],
    ['readSecrets', '403 forbidden', '409 lease_lost', '403 forbidden', '200'],
    ['syncWorker', '403 forbidden', '200', '403 forbidden', null],
    ['rotateWorkerToken', '400 invalid_request', null, '401 unauthorized', null],
  ])('%s is for what the worker itself holds', async (operation, asHolder, asItself, shared, own) => {
    expect(await send(operation, `${holder}.p`, tokenOf(other))).toBe(asHolder);
    if (asItself !== null) expect(await send(operation, `${other}.p`, tokenOf(other))).toBe(asItself);
    if (shared !== null) expect(await send(operation, `${holder}.p`, `${apiToken}-worker`)).toBe(shared);
    if (own !== null) expect(await send(operation, `${holder}.p`, tokenOf(holder))).toBe(own);
    // Nothing that another said of the attempt was taken.
    expect((await world.engine.getRun(run)).run.status).toBe('running');
    expect((await world.engine.listHeld(`${holder}.p` as never)).map((held) => held.run)).toEqual([run]);
  });

  test('files are for those who may serve the workspace, from anywhere', async () => {
    expect(await send('openFiles', 'w', tokenOf(bound))).toBe('403 forbidden');
    expect(await send('openFiles', 'w', tokenOf(other), '198.51.100.7')).toBe('204');
  });
});

describe('the audit log', () => {
  test('tells of workers that join, are refused and are revoked, by name where it is known, and of no token', async () => {
    const { app } = world.server;
    const { engine } = world;
    const as = { host: 'localhost', 'content-type': 'application/json', authorization: `Bearer ${apiToken}` };
    const made = await app.inject({
      method: 'POST',
      url: '/api/v1/join-tokens',
      headers: as,
      payload: { name: 'audited' },
    });
    const { token, join_token: joinToken } = made.json();
    const enter = (bearer: string, own: string) =>
      app.inject({
        method: 'POST',
        url: '/worker/v1/join',
        headers: { ...as, authorization: `Bearer ${bearer}` },
        payload: { token: own, name: 'audited-worker' },
      });
    expect((await enter(token, tokenOf('EEEEEEEEEE'))).statusCode).toBe(200);
    expect((await enter(token, tokenOf('FFFFFFFFFF'))).json().error).toMatchObject({
      code: 'join_refused',
      message: 'The join token is used up.',
    });
    await app.inject({ method: 'POST', url: '/api/v1/joined-workers/EEEEEEEEEE/revoke', headers: as, payload: {} });
    await send('endedRuns', 'w', tokenOf('EEEEEEEEEE'));
    await engine.audit.stop();
    const { items } = await engine.audit.list({}, { limit: 500, after: null });
    const told = items
      .map(({ entry }) => entry)
      .filter(({ object }) => object?.includes(joinToken.id) || object?.includes('EEEEEEEEEE'))
      .reverse()
      .map(({ operation, outcome, actor, actorKind, object, code }) => [
        operation,
        outcome,
        actor,
        actorKind,
        object,
        code,
      ]);
    expect(told).toEqual([
      ['joinWorker', 'done', 'audited-worker', 'worker', `join-tokens/${joinToken.id}`, null],
      ['joinWorker', 'refused', null, null, `join-tokens/${joinToken.id}`, 'join_refused'],
      ['revokeWorker', 'done', 'api-token', 'token', 'joined-workers/EEEEEEEEEE', null],
      ['endedRuns', 'refused', null, null, 'joined-workers/EEEEEEEEEE', 'worker_revoked'],
    ]);
    const all = JSON.stringify(items);
    expect(all).toContain('"createJoinToken"');
    expect(all).not.toContain(token.slice(15));
    expect(all).not.toContain('a'.repeat(43));
  });
});
