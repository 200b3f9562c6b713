import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobStore } from '@millrace/blobs';
import { loadDefinitions } from '@millrace/definition';
import { createEngine, createMemoryStore, type Engine, type Queries, type Store } from '@millrace/engine';
import type { StepFunction } from '@millrace/executors';
import { createServer } from '@millrace/server';
import { openPostgresStore, startEmbeddedPostgres } from '@millrace/store-postgres';
import { openWorker, type RunningWorker } from './open-worker.ts';
import { startRemoteWorker } from './start-remote-worker.ts';

/** The embedded PostgreSQL, an outside one (`url`), or none. */
export type Where = 'embedded' | 'memory' | { readonly url: string };

/** Throws where there is no database of its own. */
export function databaseUrl(where: Where): string {
  if (typeof where === 'string') throw new Error(`A database is needed, not ${where}.`);
  return where.url;
}

/** In the process of the engine, or in one of its own that talks HTTP. */
export type WorkerPlace = 'in-process' | 'remote';

export type OpenEngineOptions = Readonly<{
  where: Where;
  worker?: WorkerPlace;
  /** What an in-process worker executes. A remote one has those of functions.ts. */
  functions: Readonly<Record<string, StepFunction>>;
  /** Told of each body that a remote worker begins, while `watchBodies` is on. */
  onBody?: (at: number) => void;
}>;

/** An engine with a store and a worker. */
export type OpenEngine = Readonly<{
  engine: Engine;
  /** Nothing is executed before. Resolves when the worker is there. */
  startWorker(queues?: readonly string[]): Promise<RunningWorker>;
  /** Makes these workflows the live ones of workspace `bench`. */
  publish(yaml: string): Promise<void>;
  /** Throws what the engine met as errors on its way. */
  close(): Promise<void>;
}>;

export async function openEngine(options: OpenEngineOptions): Promise<OpenEngine> {
  const { where, worker: place = 'in-process', functions, onBody = () => {} } = options;
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
    place === 'remote' ? createServer({ engine, host: '127.0.0.1', port: 0, version: '0', logger: false }) : null;
  const url = server === null ? '' : `http://127.0.0.1:${(await server.listen()).port}`;
  const workers: RunningWorker[] = [];
  let published = 0;
  return {
    engine,
    async startWorker(queues = ['*']) {
      const worker =
        place === 'remote'
          ? await startRemoteWorker({ url, queues, folder: join(folder, 'worker'), onBody })
          : openWorker({ protocol: engine.workers, queues, folder: join(folder, 'worker'), functions });
      workers.push(worker);
      return worker;
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
      for (const worker of workers) await worker.stop();
      await server?.close();
      await engine.stop();
      await close();
      await rm(folder, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, `The engine met errors, first: ${errors[0]}`);
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
