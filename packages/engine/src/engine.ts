// Puts the engine of one server together. Nothing here decides anything: it connects use cases, driver, dispatcher, loops.
//
//   start-run, cancel-run ─┐
//   sync-worker (results) ─┼─▶ RunDriver: decide, commit ─▶ after-commit ─▶ workers, timers, messages, events
//   timers, reaper, outbox ┤
//   schedules (startRun) ──┘
import { randomUUID } from 'node:crypto';
import type { RunId, StoredEvent, WorkerProtocol } from '@millrace/core';
import { createAnswerApproval } from './approvals/answer-approval.ts';
import { createDelegateApproval } from './approvals/delegate-approval.ts';
import { createListApprovals, createRunApprovals } from './approvals/list-approvals.ts';
import { createAudit } from './audit/create-audit.ts';
import { createRecordReuse } from './audit/record-reuse.ts';
import { createStoreClock } from './clock/store-clock.ts';
import { createAfterCommit } from './commit/after-commit.ts';
import { type Hint, writeHint } from './commit/hint.ts';
import { type Posted, RunDriver } from './commit/run-driver.ts';
import { createCompleteWork } from './dispatch/complete-work.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { createHoldWork } from './dispatch/hold-work.ts';
import type { Engine } from './engine-types.ts';
import { createDeliverEvent } from './events/deliver-event.ts';
import { createEmitEvent } from './events/emit-event.ts';
import { createEventMessages } from './events/event-messages.ts';
import { createGetEvent } from './events/read-events.ts';
import { createExplain } from './explain/create-explain.ts';
import { createJoining } from './joining/create-joining.ts';
import { Granter } from './limits/granter.ts';
import { createLimitLoop } from './limits/limit-loop.ts';
import { createListLimits } from './limits/list-limits.ts';
import { createListQueues } from './limits/list-queues.ts';
import { createAppendLogs } from './logs/append-logs.ts';
import { createListLogs, createReadLogs } from './logs/read-logs.ts';
import { StepNames } from './logs/step-names.ts';
import { createCacheLoop } from './loops/cache-loop.ts';
import { createEventLoop } from './loops/event-loop.ts';
import { createLeaseLoop } from './loops/lease-loop.ts';
import { createOutboxLoop } from './loops/outbox-loop.ts';
import { createReaperLoop } from './loops/reaper-loop.ts';
import { TimerLoop } from './loops/timer-loop.ts';
import { createDeliver } from './outbox/deliver-message.ts';
import { createPeople } from './people/create-people.ts';
import { PlanCache } from './plans/plan-cache.ts';
import type { BlobStore } from './ports/blob-store.ts';
import type { Clock } from './ports/clock.ts';
import type { Queries } from './ports/queries.ts';
import type { SecretSource } from './ports/secret-source.ts';
import type { Store } from './ports/store.ts';
import { createEventBus } from './realtime/event-bus.ts';
import { followChanges } from './realtime/follow-changes.ts';
import { keepEverything, type Retention } from './retention/retention.ts';
import { createRetentionLoop } from './retention/retention-loop.ts';
import { createBulkRuns } from './runs/bulk-runs.ts';
import { createCancelRun } from './runs/cancel-run.ts';
import { createGetRun } from './runs/get-run.ts';
import { createKeptOfRerun } from './runs/kept-of-rerun.ts';
import { createListAttempts } from './runs/list-attempts.ts';
import { createPauseRun } from './runs/pause-run.ts';
import { createRerunRun } from './runs/rerun-run.ts';
import { createResumeRun } from './runs/resume-run.ts';
import { RunIds } from './runs/run-ids.ts';
import { RunWaiters } from './runs/run-waiters.ts';
import { createStartRun } from './runs/start-run.ts';
import { createWaitForRun } from './runs/wait-for-run.ts';
import { createSchedules } from './schedules/create-schedules.ts';
import { createSecrets } from './secrets/create-secrets.ts';
import { createFindSecret, type ReadSecretKeys, type SecretPlaces } from './secrets/find-secret.ts';
import { defaultSettings, type EngineSettings } from './settings.ts';
import { StatsCounter } from './stats.ts';
import { countDeliveries } from './webhooks/count-deliveries.ts';
import { createWebhooks } from './webhooks/create-webhooks.ts';
import { createDrainWorker } from './workers/drain-worker.ts';
import { createEndedRuns } from './workers/ended-runs.ts';
import { createListHeld } from './workers/list-held.ts';
import { createOpenFiles } from './workers/open-files.ts';
import { createReadSecrets } from './workers/read-secrets.ts';
import { createSyncWorker } from './workers/sync-worker.ts';
import { LivePlans } from './workspaces/live-plans.ts';
import { createPublishWorkspace } from './workspaces/publish-workspace.ts';

export type EngineOptions = Readonly<{
  store: Store;
  queries: Queries;
  blobs: BlobStore;
  /** Default: the store's time, kept in step. */
  clock?: Clock;
  /** This server's name among others; default: random. */
  name?: string;
  settings?: Partial<EngineSettings>;
  /** Where secrets come from before the store, in this order; default: nowhere. */
  secrets?: readonly SecretSource[];
  /** What seals and opens the secrets of the store; default: nothing, so none can be stored. */
  secretKeys?: ReadSecretKeys;
  /** How long what is over is kept; default: for ever. */
  retention?: Retention;
  /** Whether schedules start runs; default true. A run without a server, and a rehearsal, must not set off others. */
  fireSchedules?: boolean;
  /** Told of every failure that the engine survives: it goes on, but somebody should know. */
  onError?: (error: unknown, where: string) => void;
}>;

/** Creates the engine of one server on a store that is migrated and ready. It works once `start` was called. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { store, queries, blobs } = options;
  const name = options.name ?? randomUUID();
  const onError = options.onError ?? (() => {});
  const settings: EngineSettings = { ...defaultSettings, ...options.settings };
  const ownClock = options.clock === undefined ? await createStoreClock(store) : null;
  const clock = options.clock ?? (ownClock as Clock);

  const audit = createAudit({ store, queries, clock, onError });
  const bus = createEventBus(onError);
  const stats = new StatsCounter();
  const waiters = new RunWaiters();
  const plans = new PlanCache(store.plans);
  const livePlans = new LivePlans(store.workspaces, plans, clock);
  const ids = new RunIds(store.runs);
  const names = new StepNames(store, plans);
  const secretPlaces: SecretPlaces = {
    sources: options.secrets ?? [],
    store: store.secrets,
    keys: options.secretKeys ?? null,
  };

  const prefetch = (runs: readonly RunId[]) => driver.prefetch(runs);
  const toAssignments = createCompleteWork({ plans, runs: store.runs, clock, settings, prefetch, onError });
  const hold = createHoldWork({ driver: () => driver, onError });
  const dispatcher = new Dispatcher({ store, settings, toAssignments, hold, onError });
  const timers = new TimerLoop({ waits: store.waits, clock, pollMs: settings.pollMs, driver: () => driver, onError });
  const deliverNow = (posted: Posted) => {
    deliver(posted).catch((error) => onError(error, `message of run ${posted.key.run}; it is tried again`));
  };
  const granter = new Granter({
    slots: store.slots,
    clock,
    driver: () => driver,
    keptOf: createKeptOfRerun(store, plans),
    onError,
  });
  const afterCommit = createAfterCommit({
    dispatcher,
    timers,
    bus,
    waiters,
    stats,
    settings,
    granter,
    deliver: deliverNow,
  });
  const driver = new RunDriver({ name, store, clock, settings, plans, dispatcher, afterCommit, granter, onError });
  const startRun = createStartRun({ store, driver, ids, livePlans, settings });
  const deliverEvent = createDeliverEvent({ store, driver, livePlans, clock, startRun });
  const deliverEventNow = (event: StoredEvent) => {
    deliverEvent(event).catch((error) => onError(error, `event ${event.id}; it is tried again`));
  };
  const events = createEventMessages({ store, driver, deliver: deliverEventNow });
  const deliver = createDeliver({ store, driver, ids, plans, livePlans, events });
  const tell = (hint: Omit<Hint, 's'>) => store.changes.tell(writeHint({ s: name, ...hint }));

  const cancelRun = createCancelRun(driver);
  const pauseRun = createPauseRun(driver);
  const resumeRun = createResumeRun(driver);
  const rerunRun = createRerunRun({ store, driver, ids, plans, livePlans, settings });
  const getRun = createGetRun(store, queries, plans);
  const waitForRun = createWaitForRun(store, waiters, clock);
  const scheduling = createSchedules({
    store,
    queries,
    clock,
    settings,
    livePlans,
    startRun,
    cancelRun,
    tell: (workspace) => tell({ w: [workspace] }),
    onTick: (result) => stats.tickDecided(result),
    onError,
  });

  const workers: WorkerProtocol = {
    sync: createSyncWorker({ store, driver, dispatcher, stats }),
    appendLogs: createAppendLogs(blobs, bus, names),
    openFiles: createOpenFiles(livePlans, blobs),
    endedRuns: createEndedRuns(store.runs),
    readSecrets: createReadSecrets(store.work, plans, secretPlaces),
  };
  const joining = createJoining({
    joins: store.joins,
    work: store.work,
    clock,
    protocol: workers,
    connected: {
      *ids() {
        for (const { description } of dispatcher.workers()) yield description.id;
      },
      isConnected: (worker) => dispatcher.find(worker) !== undefined,
      holds: (worker, ref) => dispatcher.find(worker)?.holdsPartOf(ref) === true,
      disconnect: (worker) => dispatcher.disconnect(worker),
    },
    tell: (worker) => tell({ j: [worker], r: [] }),
  });

  const loops = [
    ...(options.fireSchedules === false ? [] : [scheduling.loop]),
    timers.loop,
    createReaperLoop({
      workers: store.workers,
      clock,
      reaperMs: settings.reaperMs,
      driver: () => driver,
      dispatcher,
      onError,
    }),
    createCacheLoop({ cache: store.cache, clock, pollMs: settings.pollMs, onError }),
    createLeaseLoop({ workers: store.workers, clock, settings, dispatcher, onError }),
    createEventLoop({ events: store.events, clock, pollMs: settings.pollMs, deliver: deliverEvent, onError }),
    createLimitLoop({ slots: store.slots, granter, clock, pollMs: settings.pollMs, onError }),
    createOutboxLoop({ outbox: store.outbox, runs: store.runs, clock, pollMs: settings.pollMs, deliver, onError }),
    ...(options.retention === undefined
      ? []
      : [
          createRetentionLoop({
            store,
            audit,
            blobs,
            clock,
            pollMs: settings.pollMs,
            retention: options.retention,
            onRemoved: (kind, count) => stats.oldRemoved(kind, count),
            onError,
          }),
        ]),
  ];
  let stopFollowing: (() => Promise<void>) | null = null;

  return {
    name,
    async start() {
      stopFollowing = await followChanges({
        name,
        store,
        dispatcher,
        livePlans,
        waiters,
        bus,
        workspacesChanged: () => scheduling.loop.wake(),
        workerRevoked: joining.revokedElsewhere,
        onError,
      });
      await ids.prefetch();
      dispatcher.lanes.add(await store.plans.lanes());
      for (const loop of loops) loop.start();
    },
    async stop() {
      await dispatcher.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
      await granter.stop();
      await driver.drain();
      await audit.stop();
      await stopFollowing?.();
      ownClock?.stop();
      waiters.wakeAll();
    },
    startRun,
    emitEvent: createEmitEvent({ store, livePlans, deliver: deliverEventNow }),
    getEvent: createGetEvent(store.events),
    cancelRun,
    pauseRun,
    bulkRuns: createBulkRuns(queries, { rerunRun, pauseRun, resumeRun, cancelRun }),
    resumeRun,
    rerunRun,
    getRun,
    listAttempts: createListAttempts(store, plans),
    listApprovals: createListApprovals(queries, plans),
    runApprovals: createRunApprovals(store, plans),
    answerApproval: createAnswerApproval({ store, plans, driver }),
    delegateApproval: createDelegateApproval({ store, plans, driver }),
    explain: createExplain({ store, queries, plans, dispatcher, clock, settings }),
    drainWorker: createDrainWorker(store.workers, dispatcher),
    listHeld: createListHeld(store.work, names),
    listLimits: createListLimits(queries, names),
    listQueues: createListQueues(store, queries),
    findRevision: (workspace, revision) => livePlans.revision(workspace, revision),
    waitForRun,
    workers,
    joining,
    readLogs: createReadLogs(store, blobs, names),
    listLogs: createListLogs(blobs, names),
    schedules: scheduling.schedules,
    webhooks: createWebhooks({
      workspaces: store.workspaces,
      deliveries: countDeliveries(store.deliveries, (outcome) => stats.deliveryLogged(outcome)),
      findSecret: createFindSecret(secretPlaces),
      livePlans,
      clock,
      startRun,
      waitForRun,
      getRun,
    }),
    secrets: createSecrets({ ...secretPlaces, stores: { store, blobs } }),
    people: createPeople({ store, clock, plans, onReuse: createRecordReuse(audit) }),
    audit,
    publishWorkspace: createPublishWorkspace({
      store,
      blobs,
      plans,
      livePlans,
      bus,
      tell,
      reconcileSchedules: scheduling.reconcile,
      onError,
    }),
    subscribe: bus.subscribe,
    retention: options.retention ?? keepEverything,
    store,
    queries,
    blobs,
    stats: () => ({
      runsStarted: stats.runsStarted,
      runsEnded: { ...stats.runsEnded },
      attemptsEnded: { ...stats.attemptsEnded },
      ticks: { ...stats.ticks },
      deliveries: { ...stats.deliveries },
      removed: { ...stats.removed },
      commits: driver.counts.commits,
      commitRuns: driver.counts.runs,
      commitConflicts: driver.counts.conflicts,
      commitFailures: driver.counts.failures,
      commitSeconds: driver.counts.seconds,
      claims: dispatcher.claims,
      claimedAttempts: dispatcher.claimedAttempts,
      staleReports: stats.staleReports,
      connectedWorkers: dispatcher.workerCount,
      heldAttempts: [...dispatcher.workers()].reduce((sum, worker) => sum + worker.heldCount, 0),
      cachedRuns: driver.cachedRuns,
      backlog: driver.backlog,
      loopSilenceMs: Object.fromEntries(loops.map((loop) => [loop.name, loop.silentMs])),
    }),
  };
}
