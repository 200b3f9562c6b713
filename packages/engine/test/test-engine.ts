import type {
  Assignment,
  AttemptRef,
  AttemptResult,
  Json,
  LocalRunAssignment,
  LocalRunReport,
  SyncResponse,
  WorkerDescription,
  WorkerProtocol,
} from '@millrace/core';
import { type runId, workerId } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { createEngine } from '../src/engine.ts';
import type { Engine } from '../src/engine-types.ts';
import { createMemoryStore } from '../src/memory/index.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Queries } from '../src/ports/queries.ts';
import type { SecretSource } from '../src/ports/secret-source.ts';
import type { Store } from '../src/ports/store.ts';
import type { Retention } from '../src/retention/retention.ts';
import type { ReadSecretKeys } from '../src/secrets/find-secret.ts';
import type { EngineSettings } from '../src/settings.ts';
import { createMemoryBlobs } from '../testkit/memory-blobs.ts';

/** A clock that moves only when it is told to; its timers fire as it passes them. */
class TestClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on step by step, letting everything that each timer sets off come to rest. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything that needs no time come to rest: the memory store answers within the turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A worker by hand: a test decides when it calls and what it answers. */
export class HandWorker {
  readonly description: WorkerDescription;
  readonly assignments: Assignment[] = [];
  readonly localRuns: LocalRunAssignment[] = [];
  readonly cancellations: SyncResponse['cancellations'][number][] = [];
  readonly #protocol: WorkerProtocol;
  #received = 0;

  constructor(protocol: WorkerProtocol, name: string, options: Partial<WorkerDescription> = {}) {
    this.#protocol = protocol;
    this.description = {
      id: workerId(name),
      name,
      labels: [],
      capabilities: ['shell', 'function', 'http', 'script'],
      queues: ['*'],
      slots: 4,
      version: '0',
      host: 'test',
      pid: 1,
      ...options,
    };
  }

  /** One call. `lose` throws the answer away, as a broken connection would. */
  async sync(
    results: readonly Readonly<{ of: Assignment; result: AttemptResult }>[] = [],
    options: Readonly<{
      lose?: boolean;
      stopping?: boolean;
      running?: readonly Assignment[] | null;
      returned?: readonly AttemptRef[];
      reports?: readonly LocalRunReport[];
      waitMs?: number;
    }> = {},
  ): Promise<SyncResponse> {
    const response = await this.#protocol.sync({
      worker: this.description,
      results: results.map(({ of: { run, step, item, iteration, attempt }, result }) => ({
        run,
        step,
        item,
        iteration,
        attempt,
        result,
      })),
      ...(options.reports === undefined ? {} : { reports: options.reports }),
      running: options.running ?? (options.stopping === true ? [] : null),
      received: this.#received,
      returned: (options.returned ?? []).map(({ run, step, item, iteration, attempt }) => ({
        run,
        step,
        item,
        iteration,
        attempt,
      })),
      freeSlots: this.description.slots,
      stopping: options.stopping ?? false,
      waitMs: options.waitMs ?? 0,
    });
    await settle();
    if (options.lose === true) return response;
    this.#received = Math.max(this.#received, response.sequence);
    this.localRuns.push(...(response.localRuns ?? []));
    const known = new Set(this.assignments.map(nameOf));
    this.assignments.push(...response.assignments.filter((assignment) => !known.has(nameOf(assignment))));
    this.cancellations.push(...response.cancellations);
    return response;
  }

  /** The assignment of a step that it has got. */
  take(step: string, item = -1): Assignment {
    const found = this.assignments.findLast((one) => one.stepName === step && one.item === item);
    if (found === undefined) {
      throw new Error(`No assignment of ${step}; there are: ${this.assignments.map(nameOf).join(', ') || 'none'}.`);
    }
    return found;
  }

  async succeed(step: string, output: Json = null, item = -1): Promise<void> {
    await this.sync([{ of: this.take(step, item), result: { status: 'succeeded', output, durationMs: 1 } }]);
    await this.sync();
  }

  async fail(step: string, message = 'broken'): Promise<void> {
    const result = { status: 'failed', error: { code: 'exit_code', message }, durationMs: 1 } as const;
    await this.sync([{ of: this.take(step), result }]);
    await this.sync();
  }
}

const nameOf = ({ run, stepName, item, iteration, attempt }: Assignment): string =>
  `${run}/${stepName}/${item}/${iteration}/${attempt}`;

export type TestEngine = Readonly<{
  engine: Engine;
  store: Store;
  clock: TestClock;
  errors: unknown[];
  worker(name: string, options?: Partial<WorkerDescription>): HandWorker;
  /** Another server on the same store. */
  another(name: string): Promise<Engine>;
  start(workflow: string, input?: Readonly<Record<string, Json>>, startKey?: string): Promise<ReturnType<typeof runId>>;
  /** Makes the workflows of another text live. */
  publish(yaml: string, revision: string): Promise<void>;
  statusOf(run: ReturnType<typeof runId>): Promise<string>;
  stop(): Promise<void>;
}>;

/** An engine on a memory store with a clock by hand and the workflows of a YAML text live. */
export async function startTestEngine(
  yaml: string,
  options: Readonly<{
    settings?: Partial<EngineSettings>;
    wrap?: (store: Store) => Store;
    wrapQueries?: (queries: Queries) => Queries;
    secrets?: readonly SecretSource[];
    secretKeys?: ReadSecretKeys;
    retention?: Retention;
  }> = {},
): Promise<TestEngine> {
  const clock = new TestClock();
  const memory = createMemoryStore({ now: () => clock.now() });
  const store = options.wrap?.(memory.store) ?? memory.store;
  const blobs = createMemoryBlobs();
  const errors: unknown[] = [];
  const engines: Engine[] = [];
  const create = async (name: string) => {
    const engine = await createEngine({
      store,
      queries: options.wrapQueries?.(memory.queries) ?? memory.queries,
      blobs,
      clock,
      name,
      settings: { ...options.settings },
      ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
      ...(options.secretKeys === undefined ? {} : { secretKeys: options.secretKeys }),
      ...(options.retention === undefined ? {} : { retention: options.retention }),
      onError: (error) => errors.push(error),
    });
    engines.push(engine);
    await engine.start();
    await settle();
    return engine;
  };
  const engine = await create('first');
  const publish = async (text: string, revision: string) => {
    const { definitions, diagnostics } = loadDefinitions([{ path: '.workflows/test.yaml', text }]);
    const given = { workspace: 'test', revision, source: { type: 'test' }, definitions, diagnostics, files: null };
    const published = await engine.publishWorkspace(given);
    if (published.revision !== revision) throw new Error(JSON.stringify(published.diagnostics, null, 2));
    await settle();
  };
  await publish(yaml, 'r1');
  return {
    engine,
    store,
    clock,
    errors,
    worker: (name, description) => new HandWorker(engine.workers, name, description),
    another: create,
    publish,
    async start(workflow, input = {}, startKey) {
      const request = { workspace: 'test', workflow, input, trigger: { type: 'test' } };
      const { run } = await engine.startRun(startKey === undefined ? request : { ...request, startKey });
      await settle();
      return run;
    },
    statusOf: async (run) => (await engine.getRun(run)).run.status,
    async stop() {
      for (const one of engines) await one.stop();
    },
  };
}
