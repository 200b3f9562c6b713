import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobStore } from '@millrace/blobs';
import { isRunEnd, type JsonObject, runId } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { createEngine, createMemoryStore, type Queries, type Store } from '@millrace/engine';
import { createFunctionExecutor, createShellExecutor, type StepFunction } from '@millrace/executors';
import { openPostgresStore, startEmbeddedPostgres } from '@millrace/store-postgres';
import { createWorker } from '@millrace/worker';
import type { System } from './harness.ts';
import { benchWorkflows } from './workflows.ts';

const slots = 20;

type OpenStore = Readonly<{ store: Store; queries: Queries; close(): Promise<void> }>;

/** Millrace with its worker in this process: on the embedded PostgreSQL, an outside one (`url`), or in memory. */
export async function startMillrace(where: 'embedded' | 'memory' | { readonly url: string }): Promise<System> {
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

  const bodies = new Set<(run: string, at: number) => void>();
  const body: StepFunction = (_input, { run }) => {
    const at = performance.now();
    for (const listener of bodies) listener(run, at);
    return { ok: true };
  };
  const worker = createWorker({
    protocol: engine.workers,
    description: { name: 'bench', labels: [], queues: ['*'], slots, version: '0', host: hostname(), pid: process.pid },
    executors: [
      createFunctionExecutor(
        new Map<string, StepFunction>([
          ['body', body],
          ['item', (input) => input],
        ]),
      ),
      createShellExecutor(),
    ],
    folder: join(folder, 'worker'),
  });
  worker.start();

  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const ended = new Map<string, string>();
  engine.subscribe((event) => {
    if (event.type !== 'run' || !isRunEnd(event.status)) return;
    const waiting = ends.get(event.run);
    ends.delete(event.run);
    if (waiting === undefined) ended.set(event.run, event.status);
    else if (event.status === 'succeeded') waiting.resolve();
    else waiting.reject(new Error(`Run ${event.run} ended as ${event.status}.`));
  });

  const { definitions, diagnostics } = loadDefinitions([{ path: '.workflows/bench.yaml', text: benchWorkflows }]);
  const source: JsonObject = { type: 'bench' };
  const published = await engine.publishWorkspace({
    workspace: 'bench',
    revision: '1',
    source,
    definitions,
    diagnostics,
    files: null,
  });
  if (published.revision === null) throw new Error(JSON.stringify(published.diagnostics, null, 2));

  return {
    subject: 'millrace',
    mode: typeof where === 'string' ? where : 'postgresql',
    async start(workflow, input = {}) {
      return (await engine.startRun({ workspace: 'bench', workflow, input, trigger: { type: 'bench' } })).run;
    },
    async finished(run) {
      const status = ended.get(run);
      ended.delete(run);
      if (status === 'succeeded') return;
      if (status !== undefined) throw new Error(`Run ${run} ended as ${status}.`);
      await new Promise<void>((resolve, reject) => ends.set(runId(run), { resolve, reject }));
    },
    onBody(listener) {
      bodies.add(listener);
      return () => bodies.delete(listener);
    },
    commits: () => engine.stats().commits,
    async close() {
      await worker.stop();
      await engine.stop();
      await close();
      await rm(folder, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, 'The engine met errors.');
    },
  };
}

async function openStore(where: Parameters<typeof startMillrace>[0], folder: string): Promise<OpenStore> {
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
