// A server on the real engine with two workspaces, `shop` and `vault`, that have the same of everything: workflows, runs that
// go on, schedules, webhooks with deliveries, events, approvals, limits, cached outputs, secrets. Everything of `vault` has its
// name in it, so that a text tells whether something of it shows.
import { createHmac } from 'node:crypto';
import {
  type AttemptResult,
  type RunId,
  type SyncResponse,
  type WorkerDescription,
  workerId,
  writeAttemptClaims,
} from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import {
  attemptKeyOf,
  createEngine,
  createMemoryStore,
  type Engine,
  type EngineOptions,
  parseSecretKeys,
} from '@millrace/engine';
import { createMemoryBlobs } from '@millrace/engine/testkit';
import { createServer, type ServerLimits } from '../src/index.ts';
import { createFakeSources } from './fake-sources.ts';

export const apiToken = 'a-token-of-some-length';
const workerToken = `${apiToken}-worker`;
const password = 'correct horse battery';

/** What there is to do things to in a workspace. */
export type Place = Readonly<{
  workspace: string;
  run: string;
  ended: string;
  asking: string;
  delivery: string;
  event: string;
}>;

const source = (name: string): string => `
queues: { ${name}-queue: { limit: 5, description: Of ${name}. } }
connections:
  ${name}-db: { values: { password: "{{ secrets.${name}_token }}" } }
workflows:
  ${name}-release:
    steps:
      build:
        type: shell
        cmd: make
        api: true
        queue: ${name}-queue
        concurrency: { key: ${name}-lock, limit: 20 }
  ${name}-ask:
    steps: { ask: { type: approval, prompt: "Of ${name}?" } }
  ${name}-fill:
    steps: { kept: { type: shell, cmd: make, cache: { key: ${name}-key, ttl: 1h } } }
triggers:
  ${name}-nightly: { type: schedule, workflow: ${name}-release, cron: "0 3 * * *" }
  ${name}-push: { type: webhook, workflow: ${name}-release }
`;

/** Of a worker that holds what goes on. */
const queues = ['shop-queue', 'vault-queue'];

const worker = (queues: readonly string[]): WorkerDescription => ({
  id: workerId(`w-${queues.join('-')}`),
  name: 'w',
  labels: [],
  capabilities: ['shell'],
  queues,
  slots: 100,
  version: '0',
  host: 'h',
  pid: 1,
});

/** Asks for work once; ends what it gets with `result`, or (null) holds it. */
async function work({ workers }: Engine, queues: readonly string[], result: AttemptResult | null): Promise<void> {
  const sync = { worker: worker(queues), running: null, returned: [], freeSlots: 100, stopping: false, waitMs: 2_000 };
  const answer: SyncResponse = await workers.sync({ ...sync, received: 0, results: [] });
  if (result === null) return;
  const results = answer.assignments.map(({ run, step, item, iteration, attempt }) => ({
    ...{ run, step, item, iteration, attempt },
    result,
  }));
  await workers.sync({ ...sync, received: answer.sequence, results, waitMs: 0 });
}

async function publish(engine: Engine, workspace: string, revision: string, text: string): Promise<void> {
  const path = `.workflows/${workspace}/all.yaml`;
  const { definitions, diagnostics } = loadDefinitions([{ path, text }]);
  const published = await engine.publishWorkspace({
    workspace,
    revision,
    source: { type: 'folder', path: `/srv/${workspace}` },
    definitions,
    diagnostics,
    keepDefinitions: true,
    sources: [{ path, text }],
    files: null,
  });
  const wrong = published.diagnostics.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join(' '));
}

async function fill(engine: Engine, name: string): Promise<Place> {
  await publish(engine, name, `${name}-r1`, source(name));
  const start = async (workflow: string): Promise<RunId> =>
    (await engine.startRun({ workspace: name, workflow, input: {}, trigger: { type: 'test' }, tags: [`${name}-tag`] }))
      .run;
  const ended = await start(`${name}-fill`);
  await engine.secrets.set({ workspace: name, name: `${name}_token`, value: 'hunter22', by: 'test' });
  const { event } = await engine.emitEvent({
    workspace: name,
    type: `${name}.opened`,
    payload: {},
    source: { type: 'test' },
  });
  const asked = {
    workspace: name,
    webhook: `${name}-push`,
    headers: { 'content-type': 'application/json' },
    query: {},
    remote: '127.0.0.1',
  };
  await engine.webhooks.receive({
    ...asked,
    method: 'POST',
    body: Buffer.from('{}'),
    signal: new AbortController().signal,
  });
  const deliveries = await engine.queries.listDeliveries({ workspace: name }, { limit: 1, after: null });
  return {
    workspace: name,
    run: await start(`${name}-release`),
    ended,
    asking: await start(`${name}-ask`),
    delivery: deliveries.items[0]?.id ?? '',
    event: event.id,
  };
}

export async function openTwoWorkspaces(
  limits: Partial<ServerLimits> = {},
  stores: Pick<EngineOptions, 'store' | 'queries'> = createMemoryStore(),
) {
  const keys = parseSecretKeys('ab'.repeat(32), 'test');
  const engine = await createEngine({
    ...stores,
    blobs: createMemoryBlobs(),
    secretKeys: async () => keys,
    // Nobody speaks for the worker that holds something here.
    settings: { leaseMs: 600_000 },
  });
  await engine.start();
  const shop = await fill(engine, 'shop');
  const vault = await fill(engine, 'vault');
  // Their keys are looked up first, so the work comes when that is done.
  for (let kept = 0; kept < 2; ) {
    await work(engine, ['default'], { status: 'succeeded', output: 7, durationMs: 1 });
    kept = (await engine.store.cache.list({}, { limit: 10, after: null })).items.length;
  }
  const held = async () => engine.store.work.heldBy(worker(queues).id);
  while ((await held()).length < 2) await work(engine, queues, null);
  const server = createServer({
    engine,
    host: '127.0.0.1',
    port: 0,
    version: '0',
    logger: false,
    apiToken,
    signIn: true,
    workerToken,
    sources: createFakeSources(),
    limits,
  });
  return {
    engine,
    server,
    shop,
    vault,
    /** The token of the attempt that is held of a place's run: its step may call the API. */
    async attemptToken({ run }: Pick<Place, 'run'>): Promise<string> {
      const found = (await held()).find(({ origin }) => origin.id === run);
      if (found === undefined) throw new Error(`Nothing is held of run ${run}.`);
      const { step, item, iteration, attempt } = found.work;
      const ref = { run: found.origin.id, step, item, iteration, attempt };
      const claims = writeAttemptClaims({ worker: worker(queues).id, ref, until: Date.now() + 3_600_000 });
      const signed = `mra_${Buffer.from(claims).toString('base64url')}`;
      return `${signed}_${createHmac('sha256', attemptKeyOf(workerToken)).update(signed).digest('base64url')}`;
    },
    /** Has the work of another run held as well. */
    async hold({ run }: Pick<Place, 'run'>): Promise<void> {
      while (!(await held()).some(({ origin }) => origin.id === run)) await work(engine, queues, null);
    },
    /** What is held of a place's run has succeeded. */
    async endAttempt({ run }: Pick<Place, 'run'>): Promise<void> {
      const found = (await held()).find(({ origin }) => origin.id === run);
      if (found === undefined) throw new Error(`Nothing is held of run ${run}.`);
      const { step, item, iteration, attempt } = found.work;
      const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
      await engine.workers.sync({
        worker: worker(queues),
        running: null,
        returned: [],
        freeSlots: 0,
        stopping: false,
        waitMs: 0,
        received: 0,
        results: [{ run: found.origin.id, step, item, iteration, attempt, result }],
      });
    },
    /** Makes other workflows live. */
    publish: (workspace: string, revision: string, text: string) => publish(engine, workspace, revision, text),
    /** An account with roles, and a key of it. */
    async createKey(
      name: string,
      roles: readonly Parameters<Engine['people']['roles']['bind']>[0]['role'][],
      where: Parameters<Engine['people']['roles']['bind']>[0]['where'],
      scopes: Parameters<Engine['people']['apiKeys']['create']>[0]['scopes'] = null,
    ) {
      const { accounts, roles: all, apiKeys } = engine.people;
      await accounts.create({ name, kind: 'user', displayName: null, email: null, password, by: 'test' });
      for (const role of roles) await all.bind({ subject: { kind: 'account', name }, role, where });
      return apiKeys.create({ account: name, name: 'key', scopes, lifeMs: null, by: 'test' });
    },
    async close() {
      await server.close();
      await engine.stop();
    },
  };
}
