import {
  type LoadedRun,
  type PlanHash,
  type PreparedPlan,
  preparePlan,
  type RunId,
  runId,
  type StoredEvent,
} from '@millrace/core';
import type { PostgresStore } from '@millrace/store-postgres';
import { countHooks } from './checks/check-hooks.ts';
import { countReused } from './checks/check-reruns.ts';
import { checkRuns } from './checks/check-runs.ts';
import type { Histories } from './checks/histories.ts';

export type Audit = Readonly<{
  violations: readonly string[];
  histories: Histories;
  /** What happened, and how often. */
  counts: Counts;
}>;

type Counts = Readonly<ReturnType<typeof countAll>>;
type Known = Omit<Histories, 'runs' | 'plans' | 'events'>;

/** Reads the store as it is when everything has ended and the servers are gone, and says what is not as promised. */
export async function audit({ store, queries }: PostgresStore, known: Known): Promise<Audit> {
  const violations: string[] = [];
  const violate = (text: string): void => void violations.push(text);
  const runs = await loadRuns(store, queries);
  const histories = { runs, plans: await loadPlans(store, runs), events: await loadEvents(queries), ...known };
  for (const text of checkRuns(histories)) violate(text);
  const messages = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 1_000, limit: 100 });
  if (messages.length > 0) violate(`${messages.length} messages are left in the outbox: ${JSON.stringify(messages)}`);
  const undelivered = await store.events.takeOld({ olderThanMs: 0, hideMs: 1_000, limit: 100 });
  if (undelivered.length > 0) violate(`${undelivered.length} events are not delivered: ${JSON.stringify(undelivered)}`);
  const workers = [...(await queries.listWorkers()), ...(await store.workers.expired(100))];
  if (workers.length > 0) violate(`${workers.length} workers are left: ${JSON.stringify(workers)}`);
  const work = (await queries.countWork()).filter(({ ready, leased }) => ready + leased > 0);
  if (work.length > 0) violate(`Work is left: ${JSON.stringify(work)}`);
  if ((await store.waits.nextDueAt()) !== null) violate('A timer is left.');
  return { violations, histories, counts: countAll(histories) };
}

function countAll({ runs, events, ledger, logs }: Histories) {
  const attempts = runs.flatMap((loaded) => loaded.attempts);
  const because = (reason: string) => attempts.filter((row) => row.reason === reason).length;
  const recorded = attempts.filter(({ output, worker }) => output !== null && worker !== null).length;
  return {
    runs: runs.length,
    failedRuns: runs.filter(({ run }) => run.status === 'failed').length,
    cancelledRuns: runs.filter(({ run }) => run.status === 'cancelled').length,
    attempts: attempts.length,
    lost: because('worker_lost'),
    cached: because('cached'),
    skipped: because('limit_full'),
    superseded: runs.filter(({ run }) => run.error?.code === 'concurrency_superseded').length,
    reruns: runs.filter(({ run }) => run.rerunOf !== null).length,
    reused: countReused(attempts),
    hooks: countHooks(runs),
    events: events.length,
    triggered: runs.filter(({ run }) => run.trigger.type === 'event' && run.rerunOf === null).length,
    logLines: logs.length,
    // Of attempts that were lost, that failed, or that were stopped.
    bodiesWithoutResult: ledger.length - recorded,
  };
}

async function loadRuns(
  store: PostgresStore['store'],
  queries: PostgresStore['queries'],
): Promise<readonly LoadedRun[]> {
  const loaded: LoadedRun[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queries.listRuns>> = await queries.listRuns({}, { limit: 200, after });
    const ids: RunId[] = page.items.map(({ id }) => runId(String(id)));
    loaded.push(...(await store.runs.load(ids)));
    after = page.next;
  } while (after !== null);
  return loaded;
}

async function loadPlans(
  { plans }: PostgresStore['store'],
  runs: readonly LoadedRun[],
): Promise<ReadonlyMap<PlanHash, PreparedPlan>> {
  const found = await plans.get([...new Set(runs.map(({ run }) => run.plan))]);
  return new Map([...found].map(([hash, plan]) => [hash, preparePlan(plan, hash)]));
}

async function loadEvents(queries: PostgresStore['queries']): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queries.listEvents>> = await queries.listEvents({}, { limit: 200, after });
    events.push(...page.items);
    after = page.next;
  } while (after !== null);
  return events;
}
