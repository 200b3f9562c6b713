import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobStore } from '@millrace/blobs';
import { loadDefinitions } from '@millrace/definition';
import { createEngine, createMemoryStore, type Engine, type Queries, type Store } from '@millrace/engine';
import { createFunctionExecutor, createShellExecutor, type StepFunction } from '@millrace/executors';
import { createServer } from '@millrace/server';
import { openPostgresStore, startEmbeddedPostgres } from '@millrace/store-postgres';
import { createHttpWorkerProtocol, createWorker } from '@millrace/worker';

/** The embedded PostgreSQL, an outside one (`url`), or none. */
export type Where = 'embedded' | 'memory' | { readonly url: string };

const slots = 20;

/** An engine with a store and a worker, all in this process; the worker calls the engine, or talks to it over HTTP. */
export type OpenEngine = Readonly<{
  engine: Engine;
  /** Takes up work; nothing is executed before. */
  startWorker(): void;
  /** Makes these workflows the live ones of workspace `bench`. */
  publish(yaml: string): Promise<void>;
  /** Throws what the engine met as errors on its way. */
  close(): Promise<void>;
}>;

export async function openEngine(
  where: Where,
  functions: Readonly<Record<string, StepFunction>>,
  workerBy: 'calls' | 'http' = 'calls',
): Promise<OpenEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const { store, queries, close } = await openStore(where, folder);
  const errors: unknown[] = [];
  const engine = await createEngine({
    store,
    queries,
    blobs: createLocalBlobStore({ folder: join(folder, 'blobs') }),
    onError: (error) => errors.push(error),
  });
  await engine.start();
  const server =
    workerBy === 'http' ? createServer({ engine, host: '127.0.0.1', port: 0, version: '0', logger: false }) : null;
  const protocol =
    server === null
      ? engine.workers
      : createHttpWorkerProtocol({ url: `http://127.0.0.1:${(await server.listen()).port}` });
  const worker = createWorker({
    protocol,
    description: { name: 'bench', labels: [], queues: ['*'], slots, version: '0', host: hostname(), pid: process.pid },
    executors: [createFunctionExecutor(new Map(Object.entries(functions))), createShellExecutor()],
    folder: join(folder, 'worker'),
  });
  let working = false;
  let published = 0;
  return {
    engine,
    startWorker() {
      working = true;
      worker.start();
    },
    async publish(yaml) {
      const { definitions, diagnostics } = loadDefinitions([{ path: '.workflows/bench.yaml', text: yaml }]);
      published += 1;
      const revision = `${process.pid}-${published}`; // Others may have published to the same store.
      const outcome = await engine.publishWorkspace({
        workspace: 'bench',
        revision,
        source: { type: 'bench' },
        definitions,
        diagnostics,
        files: null,
      });
      if (outcome.revision !== revision) throw new Error(JSON.stringify(outcome.diagnostics, null, 2));
    },
    async close() {
      if (working) await worker.stop();
      await server?.close();
      await engine.stop();
      await close();
      await rm(folder, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, 'The engine met errors.');
    },
  };
}

type OpenStore = Readonly<{ store: Store; queries: Queries; close(): Promise<void> }>;

async function openStore(where: Where, folder: string): Promise<OpenStore> {
  if (where === 'memory') return { ...createMemoryStore(), close: async () => {} };
  const database = where === 'embedded' ? await startEmbeddedPostgres({ dataDir: join(folder, 'data') }) : null;
  const url = where === 'embedded' ? (database?.url ?? '') : where.url;
  const opened = await openPostgresStore({ url });
  await opened.migrate();
  return {
    store: opened.store,
    queries: opened.queries,
    async close() {
      await opened.close();
      await database?.stop();
    },
  };
}
