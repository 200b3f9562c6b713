// A server on the real engine with two workspaces, `shop` and `vault`, that have the same of everything: workflows, runs that
// go on, schedules, webhooks with deliveries, events, approvals, limits, cached outputs, secrets. Everything of `vault` has its
// name in it, so that a text tells whether something of it shows.
import { type AttemptResult, type RunId, type SyncResponse, type WorkerDescription, workerId } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { createEngine, createMemoryStore, type Engine, type EngineOptions, parseSecretKeys } from '@millrace/engine';
import { createServer, type ServerLimits } from '../src/index.ts';
import { createFakeSources } from './fake-sources.ts';
import { createMemoryBlobs } from './memory-blobs.ts';

export const apiToken = 'a-token-of-some-length';
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
  });
  await engine.start();
  const shop = await fill(engine, 'shop');
  const vault = await fill(engine, 'vault');
  // Their keys are looked up first, so the work comes when that is done.
  for (let kept = 0; kept < 2; ) {
    await work(engine, ['default'], { status: 'succeeded', output: 7, durationMs: 1 });
    kept = (await engine.store.cache.list({}, { limit: 10, after: null })).items.length;
  }
  await work(engine, ['shop-queue', 'vault-queue'], null);
  const server = createServer({
    engine,
    host: '127.0.0.1',
    port: 0,
    version: '0',
    logger: false,
    apiToken,
    signIn: true,
    workerToken: `${apiToken}-worker`,
    sources: createFakeSources(),
    limits,
  });
  return {
    engine,
    server,
    shop,
    vault,
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
