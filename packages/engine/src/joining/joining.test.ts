import { MillraceError, noBounds, type WorkerBounds, workerId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { HandWorker, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Engine } from '../engine-types.ts';
import type { JoinedWorker } from '../ports/join-store.ts';

const yaml = `
workflows:
  plain: { steps: { only: { type: shell, cmd: "true" } } }
  build: { steps: { make: { type: shell, cmd: "true", queue: build } } }
  gpu: { steps: { train: { type: shell, cmd: "true", labels: [gpu] } } }
  two:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, cmd: "true" }
`;

let open: TestEngine | null = null;
const start = async (...more: [Parameters<typeof startTestEngine>[1]?]) => {
  open = await startTestEngine(yaml, ...more);
  return open;
};
afterEach(async () => {
  expect(open?.errors ?? []).toEqual([]);
  await open?.stop();
  open = null;
});

const tokenOf = (id: string, letter = 'a') => `mrw_${id}_${letter.repeat(43)}`;
const name = 'build-7';
const from = '192.0.2.1';

async function join(
  { joining }: Engine,
  id: string,
  bounds: WorkerBounds = noBounds,
): Promise<Readonly<{ worker: JoinedWorker; token: string }>> {
  const request = { name: 'test', bounds, lifeMs: null, mostUses: 1, by: 'ada' };
  const { token: joinToken } = await joining.tokens.create(request);
  return {
    worker: await joining.join({ joinToken, workerToken: tokenOf(id), name, address: from }),
    token: tokenOf(id),
  };
}

const handOf = (engine: Engine, shown: Awaited<ReturnType<typeof join>>, options = {}) =>
  new HandWorker(engine.joining.protocolOf(shown), `${shown.worker.id}.p1`, options);

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof MillraceError ? error.code : String(error)),
  );

describe('a join token', () => {
  test('is told once, lets in as many as it says, and says why it does not', async () => {
    const { engine, clock } = await start();
    const { tokens, join: enter } = engine.joining;
    const request = { name: 'ci', bounds: noBounds, lifeMs: 60_000, mostUses: 2, by: 'ada' };
    const { joinToken, token } = await tokens.create(request);
    expect(token).toMatch(/^mrj_[A-Za-z0-9]{10}_[A-Za-z0-9_-]{43}$/);
    expect(token.slice(4, 14)).toBe(joinToken.id);
    expect(JSON.stringify(await tokens.list())).not.toContain(token.slice(15));
    const as = (id: string, given: string | null = token) =>
      enter({ joinToken: given, workerToken: tokenOf(id), name, address: from });
    expect(await as('AAAAAAAAAA')).toMatchObject({ id: 'AAAAAAAAAA', name, joinToken: joinToken.id });
    await as('BBBBBBBBBB');
    expect(await as('BBBBBBBBBB')).toMatchObject({ id: 'BBBBBBBBBB' });
    await expect(as('CCCCCCCCCC')).rejects.toMatchObject({
      code: 'join_refused',
      message: 'The join token is used up.',
    });
    const short = await tokens.create(request);
    await clock.advance(60_000);
    await expect(as('CCCCCCCCCC', short.token)).rejects.toMatchObject({ message: 'The join token has expired.' });
    await tokens.revoke(joinToken.id);
    await expect(tokens.revoke(joinToken.id)).rejects.toMatchObject({ code: 'not_found' });
    for (const wrong of [token, null, 'mrj_', 'nonsense', `mrk${token.slice(3)}`]) {
      await expect(as('CCCCCCCCCC', wrong)).rejects.toMatchObject({
        code: 'join_refused',
        message: 'The join token is wrong or revoked.',
      });
    }
    expect(await codeOf(enter({ joinToken: token, workerToken: 'mrw_short', name, address: from }))).toBe(
      'invalid_request',
    );
  });

  test('is not made for nothing, for everything by name, or for ever so many', async () => {
    const { engine } = await start();
    const make = (bounds: Partial<WorkerBounds>) =>
      codeOf(
        engine.joining.tokens.create({
          name,
          bounds: { ...noBounds, ...bounds },
          lifeMs: null,
          mostUses: null,
          by: 'a',
        }),
      );
    expect(await make({ queues: [] })).toBe('invalid_request');
    expect(await make({ queues: ['*'] })).toBe('invalid_request');
    expect(await make({ labels: ['gpu'], workspaces: ['shop'], queues: ['build'] })).toBe('fine');
  });

  test('that is tried too often is not looked at any more, from that address and for a while', async () => {
    const { engine, clock } = await start();
    const { token } = await engine.joining.tokens.create({
      name,
      bounds: noBounds,
      lifeMs: null,
      mostUses: null,
      by: 'ada',
    });
    const as = (joinToken: string, address: string, id = 'AAAAAAAAAA') =>
      codeOf(engine.joining.join({ joinToken, workerToken: tokenOf(id), name, address }));
    const wrong = `mrj_AAAAAAAAAA_${'x'.repeat(43)}`;
    const outcomes = [];
    for (let at = 0; at < 31; at += 1) outcomes.push(await as(wrong, '192.0.2.66'));
    expect([outcomes.filter((code) => code === 'join_refused').length, outcomes[30]]).toEqual([30, 'rate_limited']);
    expect(await as(token, '192.0.2.66')).toBe('rate_limited');
    expect(await as(token, '192.0.2.67')).toBe('fine');
    await clock.advance(5 * 60_000);
    expect(await as(token, '192.0.2.66', 'BBBBBBBBBB')).toBe('fine');
  });
});

describe('a worker that joined', () => {
  test('gets no work beyond what its token lets it serve, whatever it says of itself', async () => {
    const { engine, start: run, worker } = await start();
    const ids = ['AAAAAAAAAA', 'BBBBBBBBBB', 'CCCCCCCCCC', 'DDDDDDDDDD'] as const;
    const all = { queues: ['*'], labels: ['gpu', 'linux'] };
    const bound = [{ queues: ['build'] }, { workspaces: ['elsewhere'] }, { labels: ['linux'] }, { queues: ['heavy'] }];
    const hands = await Promise.all(
      ids.map(async (id, index) => handOf(engine, await join(engine, id, { ...noBounds, ...bound[index] }), all)),
    );
    for (const hand of hands) await hand.sync();
    for (const workflow of ['plain', 'build', 'gpu']) await run(workflow);
    for (const hand of [...hands, ...hands]) await hand.sync();
    const steps = hands.map(({ assignments }) => assignments.map(({ stepName }) => stepName).sort());
    // Both what is handed over at once and what is claimed: `build` may go to the first or to the third one.
    expect([steps[1], steps[3]]).toEqual([[], []]);
    expect(steps[0]?.filter((step) => step !== 'make')).toEqual([]);
    expect(steps[2]).not.toContain('train');
    expect([...(steps[0] ?? []), ...(steps[2] ?? [])].sort()).toEqual(['make', 'only']);
    const free = worker('free', { labels: ['gpu'] });
    await free.sync();
    await free.sync();
    expect(free.assignments.map(({ stepName }) => stepName)).toEqual(['train']);
    const seen = (await engine.queries.listWorkers()).map(({ worker: { workspaces, queues, labels } }) => ({
      workspaces,
      queues,
      labels,
    }));
    expect(seen[0]).toEqual({ workspaces: undefined, queues: ['build'], labels: ['gpu', 'linux'] });
    expect(seen[1]).toEqual({ workspaces: ['elsewhere'], queues: ['*'], labels: ['gpu', 'linux'] });
    expect(seen[2]).toMatchObject({ labels: ['linux'] });
  });

  test('claims nothing beyond it either: what waited before it came', async () => {
    const { engine, start: run } = await start();
    for (const workflow of ['plain', 'build', 'gpu']) await run(workflow);
    const hand = handOf(engine, await join(engine, 'AAAAAAAAAA', { ...noBounds, queues: ['build'] }));
    await hand.sync();
    await hand.sync();
    expect(hand.assignments.map(({ stepName }) => stepName)).toEqual(['make']);
  });

  test('speaks for itself only', async () => {
    const { engine, start: run, statusOf } = await start();
    const [mine, other] = [await join(engine, 'AAAAAAAAAA'), await join(engine, 'BBBBBBBBBB')];
    const hand = handOf(engine, mine);
    await hand.sync();
    const id = await run('plain');
    await hand.sync();
    const of = hand.take('only');
    const thief = engine.joining.protocolOf(other);
    const result = { status: 'succeeded', output: 'stolen', durationMs: 1 } as const;
    // Under the other's id, under its own, with the shared token, and logs and secrets likewise.
    expect(await codeOf(new HandWorker(thief, 'AAAAAAAAAA.p1').sync([{ of, result }]))).toBe('forbidden');
    expect(await codeOf(new HandWorker(engine.joining.protocolOf(null), 'AAAAAAAAAA.p1').sync())).toBe('forbidden');
    await new HandWorker(thief, 'BBBBBBBBBB.p1').sync([{ of, result }]);
    expect(await statusOf(id)).toBe('running');
    const chunk = { run: id, step: of.step, item: -1, iteration: 0, attempt: 1, offset: 0, data: Buffer.from('x\n') };
    expect(await codeOf(thief.appendLogs([chunk]))).toBe('lease_lost');
    expect(await codeOf(engine.joining.protocolOf(mine).appendLogs([chunk]))).toBe('fine');
    expect(await codeOf(engine.joining.protocolOf(mine).appendLogs([chunk, { ...chunk, attempt: 2 }]))).toBe(
      'lease_lost',
    );
    const secrets = { held: of, step: of.step, names: [] };
    for (const worker of ['AAAAAAAAAA.p1', 'AAAAAAAAAA', 'w']) {
      expect(await codeOf(thief.readSecrets({ ...secrets, worker: workerId(worker) }))).toBe('forbidden');
    }
    expect(await codeOf(thief.readSecrets({ ...secrets, worker: workerId('BBBBBBBBBB.p1') }))).toBe('lease_lost');
    expect(
      await codeOf(engine.joining.protocolOf(null).readSecrets({ ...secrets, worker: workerId('AAAAAAAAAA.p1') })),
    ).toBe('forbidden');
    await hand.succeed('only', 'mine');
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('reports nothing of what another one has claimed, which the run itself does not know', async () => {
    const { engine, start: run, statusOf } = await start();
    const id = await run('plain');
    const [mine, other] = [await join(engine, 'AAAAAAAAAA'), await join(engine, 'BBBBBBBBBB')];
    const hand = handOf(engine, mine);
    await hand.sync();
    await hand.sync();
    const of = hand.take('only');
    const thief = new HandWorker(engine.joining.protocolOf(other), 'BBBBBBBBBB.p1');
    const result = { status: 'succeeded', output: 'stolen', durationMs: 1 } as const;
    const ref = { run: id, step: of.step, item: -1, iteration: 0, attempt: 1 };
    for (let call = 0; call < 2; call += 1) {
      expect((await thief.sync([{ of, result }])).confirmed).toEqual([ref]);
    }
    const { cancellations } = await thief.sync([], { reports: [{ ...ref, step: -1, from: 0, entries: [] }] });
    expect(cancellations).toEqual([{ ...ref, step: -1, lost: true, force: true }]);
    expect(await statusOf(id)).toBe('running');
    await hand.succeed('only', 'mine');
    expect((await engine.getRun(id)).steps.only).toMatchObject({ status: 'succeeded' });
    // Told again, because the answer was lost, it is confirmed and changes nothing.
    expect((await hand.sync([{ of, result: { ...result, output: 'again' } }])).confirmed).toHaveLength(1);
  });

  test('may report to a server that has not heard of it before', async () => {
    const { engine, another, start: run, statusOf } = await start();
    const mine = await join(engine, 'AAAAAAAAAA');
    const hand = handOf(engine, mine);
    await hand.sync();
    const id = await run('plain');
    await hand.sync();
    const second = await another('second');
    const moved = new HandWorker(second.joining.protocolOf(mine), 'AAAAAAAAAA.p1');
    const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
    expect((await moved.sync([{ of: hand.take('only'), result }])).confirmed).toHaveLength(1);
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('may send logs through a server that does not know what it holds', async () => {
    const { engine, another, start: run } = await start();
    const mine = await join(engine, 'AAAAAAAAAA');
    const hand = handOf(engine, mine);
    await hand.sync();
    const id = await run('plain');
    await hand.sync();
    const { step } = hand.take('only');
    const { joining } = await another('second');
    const chunk = { run: id, step, item: -1, iteration: 0, attempt: 1, offset: 0, data: Buffer.from('x\n') };
    expect(await codeOf(joining.protocolOf(mine).appendLogs([chunk]))).toBe('fine');
    expect(await codeOf(joining.protocolOf(mine).appendLogs([{ ...chunk, step: step + 1 }]))).toBe('lease_lost');
  });

  test('reads files of the workspaces that it may serve', async () => {
    const { engine } = await start();
    const bound = await join(engine, 'AAAAAAAAAA', { ...noBounds, workspaces: ['elsewhere'] });
    expect(await codeOf(engine.joining.protocolOf(bound).openFiles('main', 'r1'))).toBe('forbidden');
    expect(await codeOf(engine.joining.protocolOf(bound).openFiles('elsewhere', 'r1'))).toBe('not_found');
  });
});

describe("a worker's token", () => {
  test('is looked up once in a few seconds, however busy the worker is', async () => {
    let looks = 0;
    const { engine, clock } = await start({
      wrap: (store) => ({
        ...store,
        joins: {
          ...store.joins,
          shown(id, hash) {
            looks += 1;
            return store.joins.shown(id, hash);
          },
        },
      }),
    });
    const { token } = await join(engine, 'AAAAAAAAAA');
    for (let call = 0; call < 100; call += 1) await engine.joining.identify(token);
    expect(looks).toBe(1);
    await clock.advance(5_000);
    await engine.joining.identify(token);
    expect(looks).toBe(2);
  });

  test('is replaced without a gap: the one before is good for five minutes, and then known as replaced', async () => {
    const { engine, clock } = await start();
    const { joining } = engine;
    const { token } = await join(engine, 'AAAAAAAAAA');
    const next = tokenOf('AAAAAAAAAA', 'b');
    expect(await codeOf(joining.identify(next))).toBe('unauthorized');
    expect(await joining.rotate(token, next)).toMatchObject({ id: 'AAAAAAAAAA' });
    expect(await joining.rotate(token, next)).toMatchObject({ id: 'AAAAAAAAAA' });
    expect(await joining.rotate(next, next)).toMatchObject({ id: 'AAAAAAAAAA' });
    expect(await codeOf(joining.rotate(token, tokenOf('AAAAAAAAAA', 'c')))).toBe('unauthorized');
    expect(await codeOf(joining.rotate(next, tokenOf('BBBBBBBBBB', 'c')))).toBe('invalid_request');
    for (const good of [token, next]) expect(await codeOf(joining.identify(good))).toBe('fine');
    await clock.advance(5 * 60_000);
    await expect(joining.identify(token)).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'The token of worker build-7 was replaced by a newer one.',
    });
    expect(await codeOf(joining.identify(next))).toBe('fine');
    for (const forged of ['mrw_', tokenOf('ZZZZZZZZZZ'), tokenOf('AAAAAAAAAA', 'x')]) {
      await expect(joining.identify(forged)).rejects.toMatchObject({ code: 'unauthorized' });
    }
  });
});

describe('a revoked worker', () => {
  test('is refused at once on all servers, and what it held runs again elsewhere', async () => {
    const { engine, another, start: run, worker, clock, statusOf } = await start();
    const second = await another('second');
    const mine = await join(engine, 'AAAAAAAAAA');
    const hands = [
      handOf(engine, mine),
      new HandWorker(second.joining.protocolOf(mine), 'AAAAAAAAAA.p2', { slots: 1 }),
    ];
    for (const hand of hands) await hand.sync();
    for (const server of [engine, second]) await server.joining.identify(mine.token);
    const id = await run('two');
    for (const hand of hands) await hand.sync();
    expect(hands.flatMap(({ assignments }) => assignments)).toHaveLength(2);
    expect(await engine.joining.revoke('AAAAAAAAAA', 'ada')).toMatchObject({ revokedBy: 'ada' });
    for (const server of [engine, second]) {
      await expect(server.joining.identify(mine.token)).rejects.toMatchObject({
        code: 'worker_revoked',
        message: 'The worker build-7 was revoked by ada.',
      });
      expect(server.stats().connectedWorkers).toBe(0);
    }
    const other = worker('other');
    await other.sync();
    await clock.advance(3_000);
    await other.sync();
    expect(other.assignments.map(({ stepName, attempt }) => `${stepName} ${attempt}`).sort()).toEqual([
      'first 2',
      'second 2',
    ]);
    await other.succeed('first');
    await other.succeed('second');
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('does not come back through a server that has not heard of it', async () => {
    const { engine, start: run, statusOf, store } = await start();
    const mine = await join(engine, 'AAAAAAAAAA');
    await engine.joining.identify(mine.token);
    // As if another server had done it, and its hint were lost.
    await store.joins.revoke('AAAAAAAAAA', 'ada');
    expect((await engine.joining.identify(mine.token)).revokedAt).toBeNull();
    const id = await run('plain');
    expect(await codeOf(handOf(engine, mine).sync())).toBe('worker_revoked');
    expect(engine.stats().connectedWorkers).toBe(0);
    expect(await engine.queries.listWorkers()).toEqual([]);
    expect(await codeOf(engine.joining.identify(mine.token))).toBe('worker_revoked');
    expect((await engine.joining.list(10))[0]).toMatchObject({ revokedBy: 'ada' });
    expect(await statusOf(id)).toBe('running');
  });

  test('cannot join again, nor rotate; its join token lets others in still', async () => {
    const { engine } = await start();
    const { joining } = engine;
    const { token } = await joining.tokens.create({ name, bounds: noBounds, lifeMs: null, mostUses: null, by: 'ada' });
    const as = (id: string) => joining.join({ joinToken: token, workerToken: tokenOf(id), name, address: from });
    await as('AAAAAAAAAA');
    await joining.revoke('AAAAAAAAAA', 'ada');
    expect(await codeOf(as('AAAAAAAAAA'))).toBe('worker_revoked');
    expect(await codeOf(joining.rotate(tokenOf('AAAAAAAAAA'), tokenOf('AAAAAAAAAA', 'b')))).toBe('worker_revoked');
    expect(await codeOf(as('BBBBBBBBBB'))).toBe('fine');
    expect(await codeOf(joining.revoke('nobody', 'ada'))).toBe('not_found');
  });
});
