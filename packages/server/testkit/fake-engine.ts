// An engine without machinery, for tests of the HTTP side: runs end when the test says so, logs are what the test writes.
import { MillraceError, type RunId, runId } from '@millrace/core';
import type { Engine, EngineEvent, EngineStats, StartRunRequest } from '@millrace/engine';
import { createAudit, createJoining, createMemoryStore, createPeople } from '@millrace/engine';
import { createFakeLogs } from './fake-logs.ts';
import { createFakeQueries } from './fake-queries.ts';
import { createFakeRuns } from './fake-runs.ts';
import { createFakeSchedules } from './fake-schedules.ts';
import { createFakeSecrets } from './fake-secrets.ts';
import { createSeen } from './fake-seen.ts';
import { createFakeStore, fakeBlobs } from './fake-store.ts';
import { createFakeWebhooks } from './fake-webhooks.ts';
import { createFakeWorkers } from './fake-workers.ts';
import { explanationOf, sampleApproval, sampleEvent, sampleLimit } from './sample-answers.ts';

const at = Date.UTC(2026, 10, 21, 9, 30);

export function createFakeEngine() {
  const listeners = new Set<(event: EngineEvent) => void>();
  const memory = createMemoryStore();
  const clock = { now: () => Date.now(), after: () => () => undefined };
  const seen = createSeen();
  const broken = { store: null as unknown, loopSilenceMs: { timers: 100, reaper: 2_000 } };
  function emit(event: EngineEvent): void {
    for (const listener of listeners) listener(event);
  }
  const runs = createFakeRuns(seen, emit);
  const logs = createFakeLogs(runs, emit);
  const workers = createFakeWorkers(seen, runs);

  const engine: Engine = {
    name: 'fake',
    findRevision: async () => null,
    start: async () => {},
    stop: async () => {},
    ...runs.operations,
    ...logs.operations,
    async explain(run, request = {}) {
      seen.explains.push(request);
      return explanationOf(runs.find(run).detail.run);
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
      return [{ ...sampleApproval, run: runs.find(run).detail.run.id }];
    },
    async answerApproval(run, request) {
      runs.find(run);
      seen.answers.push(request);
      if (request.step !== 'build') {
        throw new MillraceError('not_found', `Run ${run} has no step ${request.step}.`, { hint: 'It has: build.' });
      }
      return { step: 0, item: -1, iteration: 0, attempt: 1, status: 'open', approvals: 1, quorum: 2 };
    },
    async delegateApproval(run, { from, to }) {
      runs.find(run);
      return { step: 0, item: -1, iteration: 0, attempt: 1, from: from.name, to };
    },
    schedules: createFakeSchedules(seen.schedules),
    webhooks: createFakeWebhooks(seen.deliveries),
    secrets: createFakeSecrets(),
    people: createPeople({ store: memory.store, clock }),
    audit: createAudit({ ...memory, clock, onError: () => undefined }),
    workers: workers.protocol,
    joining: createJoining({
      joins: memory.store.joins,
      work: { heldAmong: async (_, refs) => refs.map((_ref, place) => place) },
      clock,
      protocol: workers.protocol,
      connected: { ids: () => [], isConnected: () => true, holds: () => false, disconnect: () => undefined },
      tell: async () => undefined,
    }),
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
    store: createFakeStore(memory.store, runs, seen, broken),
    retention: { runs: 7_776_000_000, events: null, deliveries: 2_592_000_000, revisions: 604_800_000, audit: null },
    queries: createFakeQueries(seen, runs),
    blobs: fakeBlobs,
    stats: () => sampleStats(broken.loopSilenceMs),
  };

  return {
    engine,
    seen,
    broken,
    emit,
    end: runs.end,
    appendLog: logs.append,
    listeners: () => listeners.size,
    setSync: workers.setSync,
    async start(input: StartRunRequest['input'] = { tag: 'v1' }): Promise<RunId> {
      return (await engine.startRun({ workspace: 'shop', workflow: 'release', input, trigger: { type: 'test' } })).run;
    },
  };
}

const sampleStats = (loopSilenceMs: Readonly<Record<string, number>>): EngineStats => ({
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
