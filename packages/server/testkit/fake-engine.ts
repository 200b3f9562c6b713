// An engine without machinery, for tests of the HTTP side: runs end when the test says so, logs are what the test writes.
import {
  isRunEnd,
  type Json,
  type LogChunk,
  MillraceError,
  planHash,
  type RunEndStatus,
  type RunId,
  runId,
  type SyncRequest,
  type SyncResponse,
  type WorkerProtocol,
} from '@millrace/core';
import type {
  BulkOutcome,
  BulkRequest,
  CacheFilter,
  Engine,
  EngineEvent,
  EngineStats,
  LogCursor,
  LogPage,
  LogRef,
  Page,
  Queries,
  RerunRequest,
  RunDetail,
  RunFilter,
  ScheduleFilter,
  StartRunRequest,
  Store,
  WebhookRequest,
  WorkspaceState,
} from '@millrace/engine';
import { createAudit, createJoining, createMemoryStore, createPeople } from '@millrace/engine';
import { createFakeSchedules, sampleSchedule } from './fake-schedules.ts';
import { createFakeSecrets } from './fake-secrets.ts';
import { createFakeWebhooks, sampleDelivery } from './fake-webhooks.ts';
import { explanationOf, sampleApproval, sampleAttempt, sampleEvent, sampleLimit } from './sample-answers.ts';
import { samplePlan } from './sample-plan.ts';

const at = Date.UTC(2026, 10, 21, 9, 30);
const hash = planHash('0'.repeat(64));

const samplePack = {
  name: 'core',
  version: '1.0.0',
  description: null,
  source: 'built in',
  commit: null,
  hash: 'sha256:0',
  locked: false,
  pinned: true,
  used: true,
  actions: ['echo'],
  workflows: [],
};

type FakeRun = { detail: RunDetail; logs: { ref: LogRef; data: Buffer }[] };

export function createFakeEngine() {
  const runs = new Map<RunId, FakeRun>();
  const keys = new Map<string, RunId>();
  const listeners = new Set<(event: EngineEvent) => void>();
  const enders = new Set<() => void>();
  const { store: peopleStore, queries: peopleQueries } = createMemoryStore();
  const clock = { now: () => Date.now(), after: () => () => undefined };
  const seen = {
    starts: [] as StartRunRequest[],
    filters: [] as RunFilter[],
    cancels: [] as unknown[],
    pauses: [] as unknown[],
    resumptions: [] as unknown[],
    reruns: [] as RerunRequest[],
    bulks: [] as BulkRequest[],
    cacheFilters: [] as CacheFilter[],
    explains: [] as unknown[],
    attemptFilters: [] as unknown[],
    approvalFilters: [] as unknown[],
    limits: [] as unknown[],
    answers: [] as unknown[],
    emitted: [] as unknown[],
    eventFilters: [] as unknown[],
    syncs: [] as SyncRequest[],
    chunks: [] as LogChunk[],
    syncSignals: [] as AbortSignal[],
    schedules: [] as unknown[],
    deliveries: [] as WebhookRequest[],
    waits: 0,
  };
  const broken = { store: null as unknown, loopSilenceMs: { timers: 100, reaper: 2_000 } };
  let sync = async (_request: SyncRequest, _signal?: AbortSignal): Promise<SyncResponse> => ({
    sequence: 1,
    assignments: [],
    cancellations: [],
    confirmed: [],
    leaseMs: 9000,
  });

  const workspace: WorkspaceState = {
    name: 'shop',
    source: { type: 'folder', path: '/srv/shop' },
    revision: 'r1',
    revisionAt: at,
    syncedAt: at,
    diagnostics: [
      {
        severity: 'warning',
        code: 'unused',
        message: 'Nobody calls <it>.',
        hint: null,
        file: 'a.yaml',
        line: 3,
        column: 1,
      },
    ],
  };

  function find(run: RunId): FakeRun {
    const found = runs.get(run);
    if (found === undefined)
      throw new MillraceError('run_not_found', `There is no run ${run}.`, { hint: 'Look at the list.' });
    return found;
  }
  function emit(event: EngineEvent): void {
    for (const listener of listeners) listener(event);
  }
  function status(run: RunId) {
    return find(run).detail.run.status;
  }

  function turn(run: RunId, to: 'running' | 'paused') {
    const found = find(run);
    const record = { ...found.detail.run, status: to, version: 2 };
    found.detail = { ...found.detail, run: record };
    emit({ type: 'run', run, workspace: 'shop', workflow: 'release', status: to, version: 2, at });
    return { status: to };
  }

  function end(run: RunId, status: RunEndStatus, output: Json = null): void {
    const found = find(run);
    const record = { ...found.detail.run, status, endedAt: at + 5000, version: 2, output: JSON.stringify(output) };
    found.detail = { ...found.detail, run: record, output };
    for (const look of [...enders]) look();
    emit({ type: 'run', run, workspace: 'shop', workflow: 'release', status, version: 2, at: at + 5000 });
  }

  function appendLog(
    run: RunId,
    ref: Partial<LogRef>,
    lines: string,
    options: Readonly<{ silent?: boolean }> = {},
  ): void {
    const full: LogRef = { step: 'build', item: -1, iteration: 0, attempt: 1, ...ref };
    const { logs } = find(run);
    const log = logs.find((other) => JSON.stringify(other.ref) === JSON.stringify(full));
    const data = Buffer.concat([log?.data ?? Buffer.alloc(0), Buffer.from(lines)]);
    if (log === undefined) logs.push({ ref: full, data });
    else log.data = data;
    if (options.silent === true) return;
    emit({ type: 'log', run, workspace: 'shop', workflow: 'release', ...full, sizeBytes: data.length });
  }

  const workers: WorkerProtocol = {
    sync(request, signal) {
      seen.syncs.push(request);
      if (signal !== undefined) seen.syncSignals.push(signal);
      return sync(request, signal);
    },
    appendLogs: async (chunks) => {
      seen.chunks.push(...chunks);
    },
    async endedRuns(asked) {
      const known = asked.filter((run) => runs.has(run));
      return {
        ended: known.filter((run) => isRunEnd(find(run).detail.run.status)),
        unknown: asked.filter((run) => !runs.has(run)),
      };
    },
    readSecrets: async ({ names }) => Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
    async openFiles(name, revision) {
      if (name !== 'shop' || revision !== 'r1') return null;
      return (async function* () {
        yield Buffer.from('gzip');
        yield Buffer.from('tar');
      })();
    },
  };

  const engine: Engine = {
    name: 'fake',
    findRevision: async () => null,
    start: async () => {},
    stop: async () => {},
    async startRun(request) {
      seen.starts.push(request);
      if (request.workspace !== 'shop')
        throw new MillraceError('workspace_not_found', `There is no workspace "${request.workspace}".`, {
          hint: 'There are: shop.',
        });
      if (request.workflow !== 'release')
        throw new MillraceError('workflow_not_found', `There is no workflow "${request.workflow}".`, {
          hint: 'It has: release.',
        });
      if (request.input.tag === undefined) {
        throw new MillraceError('invalid_input', 'The input is wrong.', {
          details: { problems: [{ path: '/tag', expected: 'string', actual: 'nothing', message: 'tag is missing' }] },
        });
      }
      const before = request.startKey === undefined ? undefined : keys.get(request.startKey);
      if (before !== undefined) return { run: before, created: false };
      const id = runId(String(1000 + runs.size));
      if (request.startKey !== undefined) keys.set(request.startKey, id);
      runs.set(id, { logs: [], detail: detailOf(id, request) });
      return { run: id, created: true };
    },
    async explain(run, request = {}) {
      seen.explains.push(request);
      return explanationOf(find(run).detail.run);
    },
    async emitEvent(request) {
      seen.emitted.push(request);
      if (request.workspace !== 'shop') {
        throw new MillraceError('workspace_not_found', `There is no workspace ${request.workspace}.`, {
          hint: 'There is: shop.',
        });
      }
      return { event: { ...sampleEvent, type: request.type, payload: request.payload }, created: true };
    },
    async getEvent(id) {
      if (id !== sampleEvent.id)
        throw new MillraceError('event_not_found', `There is no event ${id}.`, { hint: 'Look at the list.' });
      const failures = [{ trigger: 'u', error: { code: 'invalid_input', message: 'It is wrong.' } }];
      return { event: sampleEvent, outcome: { runs: [{ trigger: 't', run: runId('1000') }], failures } };
    },
    async listApprovals(filter) {
      seen.approvalFilters.push(filter);
      return { items: [sampleApproval], next: '1000/0/0/-1' };
    },
    async runApprovals(run) {
      return [{ ...sampleApproval, run: find(run).detail.run.id }];
    },
    async answerApproval(run, request) {
      find(run);
      seen.answers.push(request);
      if (request.step !== 'build') {
        throw new MillraceError('not_found', `Run ${run} has no step ${request.step}.`, { hint: 'It has: build.' });
      }
      return { step: 0, item: -1, iteration: 0, attempt: 1, status: 'open', approvals: 1, quorum: 2 };
    },
    async delegateApproval(run, { from, to }) {
      find(run);
      return { step: 0, item: -1, iteration: 0, attempt: 1, from: from.name, to };
    },
    async cancelRun(run, request) {
      if (isRunEnd(status(run))) throw new MillraceError('run_ended', `Run ${run} has ended.`);
      seen.cancels.push(request);
      return { status: status(run) };
    },
    async pauseRun(run, request) {
      if (status(run) === 'paused') throw new MillraceError('run_paused', 'The run is paused already.');
      seen.pauses.push(request);
      return turn(run, 'paused');
    },
    async resumeRun(run, request) {
      if (status(run) !== 'paused') throw new MillraceError('run_not_paused', 'The run is not paused: it is running.');
      seen.resumptions.push(request);
      return turn(run, 'running');
    },
    async bulkRuns(request) {
      seen.bulks.push(request);
      const outcomes = [...runs.keys()].map((run): BulkOutcome => {
        const subject = { run, workspace: 'shop', workflow: 'release', status: status(run) };
        if (request.dryRun) return { ...subject, outcome: 'planned', rerun: null };
        if (!isRunEnd(status(run))) return { ...subject, outcome: 'done', rerun: runId('2000') };
        return {
          ...subject,
          outcome: 'failed',
          error: new MillraceError('run_ended', 'It has ended.', { hint: 'No.' }),
        };
      });
      return { outcomes, next: null };
    },
    async rerunRun(run, request) {
      const { detail } = find(run);
      seen.reruns.push(request);
      if (!isRunEnd(status(run))) throw new MillraceError('run_not_ended', `Run ${run} has not ended.`);
      const before = request.startKey === undefined ? undefined : keys.get(request.startKey);
      if (before !== undefined) return { run: before, created: false };
      const id = runId(String(1000 + runs.size));
      if (request.startKey !== undefined) keys.set(request.startKey, id);
      const again = detailOf(id, {
        workspace: 'shop',
        workflow: 'release',
        input: detail.input,
        trigger: detail.run.trigger,
      });
      const rerun = { ...again.run, rerunOf: { run, from: request.from } };
      const reused = { build: { run, attempt: 1, items: null } };
      runs.set(id, { logs: [], detail: { ...again, run: rerun, reused } });
      find(run).detail = { ...detail, reruns: [{ ...rerun, cancelling: false }, ...detail.reruns] };
      return { run: id, created: true };
    },
    getRun: async (run) => find(run).detail,
    async listAttempts(run, filter) {
      find(run);
      seen.attemptFilters.push(filter);
      return { items: [sampleAttempt], next: '0/0/-1/1' };
    },
    waitForRun(run, options = {}) {
      seen.waits += 1;
      return new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        const look = () => {
          if (!isRunEnd(status(run)) && !options.signal?.aborted) return;
          finish(isRunEnd(status(run)) ? find(run).detail.run : null);
        };
        const finish = (record: RunDetail['run'] | null) => {
          clearTimeout(timer);
          enders.delete(look);
          resolve(record);
        };
        try {
          find(run);
        } catch (error) {
          reject(error);
          return;
        }
        if (options.timeoutMs !== undefined) timer = setTimeout(finish, options.timeoutMs, null);
        options.signal?.addEventListener('abort', look, { once: true });
        enders.add(look);
        look();
      });
    },
    schedules: createFakeSchedules(seen.schedules),
    webhooks: createFakeWebhooks(seen.deliveries),
    secrets: createFakeSecrets(),
    people: createPeople({ store: peopleStore, clock }),
    audit: createAudit({ store: peopleStore, queries: peopleQueries, clock, onError: () => undefined }),
    workers,
    joining: createJoining({
      joins: peopleStore.joins,
      work: { heldAmong: async (_, refs) => refs.map((_ref, place) => place) },
      clock,
      protocol: workers,
      connected: { ids: () => [], isConnected: () => true, holds: () => false, disconnect: () => undefined },
      tell: async () => undefined,
    }),
    async readLogs(request): Promise<LogPage> {
      const { detail, logs } = find(request.run);
      let budget = request.limitBytes ?? 1024 * 1024;
      const chunks: LogPage['chunks'][number][] = [];
      let next: LogCursor | null = request.from ?? null;
      const wanted = sorted(logs).filter(
        ({ ref }) =>
          (request.step ?? ref.step) === ref.step &&
          (request.item ?? ref.item) === ref.item &&
          (request.iteration ?? ref.iteration) === ref.iteration &&
          (request.attempt ?? ref.attempt) === ref.attempt,
      );
      const from = request.from;
      const begin = from === undefined ? 0 : wanted.findIndex(({ ref }) => order(ref) >= order(from));
      for (const { ref, data } of begin < 0 ? [] : wanted.slice(begin)) {
        const start = from !== undefined && order(ref) === order(from) ? from.offset : (request.offset ?? 0);
        if (start >= data.length) continue;
        if (budget <= 0) return { chunks, next, complete: false };
        const cut = start + budget >= data.length ? data.length : data.lastIndexOf(10, start + budget - 1) + 1;
        const part = data.subarray(start, cut <= start ? start + budget : cut);
        chunks.push({ ...ref, offset: start, data: part });
        budget -= part.length;
        next = { ...ref, offset: start + part.length };
        if (start + part.length < data.length) return { chunks, next, complete: false };
      }
      return { chunks, next, complete: isRunEnd(detail.run.status) };
    },
    listLogs: async (run) => sorted(find(run).logs).map(({ ref, data }) => ({ ...ref, sizeBytes: data.length })),
    async drainWorker(worker) {
      if (worker !== 'w1')
        throw new MillraceError('not_found', `There is no worker ${worker}.`, { hint: 'There is w1.' });
    },
    listHeld: async (worker) =>
      worker === 'w1'
        ? [
            {
              run: runId('1000'),
              workspace: 'shop',
              workflow: 'release',
              step: 'build',
              item: -1,
              iteration: 0,
              attempt: 1,
              queue: 'default',
              since: at,
            },
          ]
        : [],
    listLimits: async (filter, most) => {
      seen.limits.push({ filter, most });
      return [sampleLimit];
    },
    listQueues: async () => [
      {
        workspace: 'shop',
        queue: 'slow',
        description: 'Long jobs.',
        limit: 2,
        held: 1,
        waiting: 3,
        ready: 1,
        leased: 0,
        oldestAt: at,
      },
    ],
    publishWorkspace: async () => ({ revision: 'r1', diagnostics: [] }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    store: {
      schedules: peopleStore.schedules,
      secrets: peopleStore.secrets,
      accounts: peopleStore.accounts,
      roles: peopleStore.roles,
      apiKeys: peopleStore.apiKeys,
      joins: peopleStore.joins,
      now: async () => {
        if (broken.store !== null) throw broken.store;
        return at;
      },
      cache: {
        async list(filter: CacheFilter) {
          seen.cacheFilters.push(filter);
          const entry = { workspace: 'shop', key: 'ab', label: 'v1', workflow: 'release', step: 'build' };
          return { items: [{ ...entry, run: '1000', sizeBytes: 7, createdAt: at, expiresAt: at + 1 }], next: null };
        },
        async clear(filter: CacheFilter) {
          seen.cacheFilters.push(filter);
          return 3;
        },
      },
      runs: {
        status: async (run: RunId) => runs.get(run)?.detail.run.status ?? null,
        origin: async (run: RunId) => runs.get(run)?.detail.run ?? null,
      },
      plans: { get: async () => new Map([[hash, samplePlan]]) },
      workspaces: {
        list: async () => {
          if (broken.store !== null) throw broken.store;
          return [workspace];
        },
        get: async (name: string) => (name === 'shop' ? workspace : null),
        history: async (name: string, workflow: string) =>
          name === 'shop' && workflow === 'release' ? [{ revision: 'r1', plan: hash, liveSince: at }] : [],
        revision: async (name: string) =>
          name === 'shop'
            ? {
                workspace: 'shop',
                revision: 'r1',
                workflows: [{ name: 'release', description: 'Builds and tests.', plan: hash }],
                triggers: [
                  {
                    name: 'nightly',
                    type: 'schedule',
                    workflow: 'release',
                    enabled: true,
                    definition: { cron: '0 0 * * *' },
                  },
                ],
                files: null,
              }
            : null,
      },
    } as unknown as Store,
    retention: { runs: 7_776_000_000, events: null, deliveries: 2_592_000_000, revisions: 604_800_000, audit: null },
    queries: {
      async listEvents(filter: unknown) {
        seen.eventFilters.push(filter);
        return { items: [sampleEvent], next: '311' };
      },
      listDeliveries: async () => {
        const { content: _, ...summary } = sampleDelivery;
        return { items: [{ ...summary, kept: true }], next: null };
      },
      listSchedules: async (filter: ScheduleFilter) => {
        seen.schedules.push(filter);
        return { items: [sampleSchedule], next: null };
      },
      async listRuns(filter: RunFilter, page: Page) {
        seen.filters.push(filter);
        const all = [...runs.values()].map(({ detail: { run } }) => ({ ...run, cancelling: false })).reverse();
        const start = page.after === null ? 0 : Number(page.after);
        const items = all.slice(start, start + page.limit);
        return { items, next: start + page.limit < all.length ? String(start + page.limit) : null };
      },
      latestRuns: async (_workspace: string, each: number) =>
        new Map([['release', [...runs.values()].map(({ detail: { run } }) => run).slice(0, each)]]),
      listWorkers: async () => [
        {
          worker: {
            id: 'w1',
            name: 'one',
            labels: [],
            capabilities: ['shell'],
            queues: ['default'],
            slots: 4,
            version: '0.1.0',
            host: 'h',
            pid: 7,
          },
          leaseUntil: at + 9000,
          registeredAt: at,
          held: 2,
          drainingSince: at,
        },
      ],
      countWork: async () => [
        { queue: 'default', capability: 'shell', labels: [], ready: 3, leased: 2, oldestReadyAt: at },
        { queue: 'default', capability: 'http', labels: [], ready: 1, leased: 0, oldestReadyAt: null },
      ],
      countRuns: async () =>
        ({ queued: 0, running: 1, paused: 0, succeeded: 0, failed: 2, cancelled: 0, timed_out: 0 }) as never,
    } as unknown as Queries,
    blobs: {
      get: async (key: string) =>
        Buffer.from(
          key.endsWith('.sources.json')
            ? JSON.stringify({
                files: [{ path: '.workflows/a.yaml', text: 'workflows:\n  release:\n' }],
                packs: [samplePack],
                places: { '/workflows/release': { file: '.workflows/a.yaml', line: 2, column: 3 } },
              })
            : '{"actions":{},"workflows":{},"triggers":{},"hooks":{},"places":{}}',
        ),
    } as unknown as Engine['blobs'],
    stats: () => stats(broken.loopSilenceMs),
  };

  return {
    engine,
    seen,
    broken,
    emit,
    end,
    appendLog,
    listeners: () => listeners.size,
    setSync(next: typeof sync): void {
      sync = next;
    },
    async start(input: StartRunRequest['input'] = { tag: 'v1' }): Promise<RunId> {
      return (await engine.startRun({ workspace: 'shop', workflow: 'release', input, trigger: { type: 'test' } })).run;
    },
  };
}

const order = ({ step, iteration, item, attempt }: LogRef): string =>
  [samplePlan.steps.findIndex(({ name }) => name === step), iteration, item + 1, attempt]
    .map((part) => String(part).padStart(6, '0'))
    .join('/');

const sorted = <Log extends Readonly<{ ref: LogRef }>>(logs: readonly Log[]): readonly Log[] =>
  [...logs].sort((a, b) => (order(a.ref) < order(b.ref) ? -1 : 1));

function detailOf(id: RunId, request: StartRunRequest): RunDetail {
  return {
    run: {
      id,
      workspace: 'shop',
      workflow: 'release',
      revision: 'r1',
      plan: hash,
      trigger: request.trigger,
      parent: null,
      depth: 0,
      startKey: request.startKey ?? null,
      tags: request.tags ?? [],
      priority: request.priority ?? 0,
      rerunOf: null,
      status: 'running',
      startedAt: at,
      endedAt: null,
      control: null,
      output: null,
      error: null,
      version: 1,
      createdAt: at,
      input: JSON.stringify(request.input),
    },
    input: request.input,
    output: null,
    steps: {
      build: { status: 'running', reason: null, output: null, error: null, attempts: 1, startedAt: at, endedAt: null },
      test: { status: 'pending', reason: null, output: null, error: null, attempts: 0, startedAt: null, endedAt: null },
    },
    reused: {},
    reruns: [],
    hooks: [],
    plan: samplePlan,
  };
}

const stats = (loopSilenceMs: Readonly<Record<string, number>>): EngineStats => ({
  loopSilenceMs,
  runsStarted: 7,
  runsEnded: { succeeded: 4, failed: 1, cancelled: 0, timed_out: 0 },
  attemptsEnded: { succeeded: 9, failed: 2, timed_out: 0, cancelled: 0, skipped: 1 },
  ticks: { started: 5, skipped: 2, failed: 1 },
  deliveries: { accepted: 3, duplicate: 1, ignored: 0, refused: 8 },
  removed: { runs: 6, events: 0, deliveries: 2, revisions: 1, audit: 0 },
  commits: 3,
  commitRuns: 12,
  commitConflicts: 1,
  commitFailures: 0,
  commitSeconds: 0.25,
  claims: 1,
  claimedAttempts: 5,
  staleReports: 0,
  connectedWorkers: 1,
  heldAttempts: 2,
  cachedRuns: 6,
  backlog: 0,
});
