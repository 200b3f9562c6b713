import { type LoadedRun, type RunId, runId } from '@millrace/core';
import type { PostgresStore } from '@millrace/store-postgres';
import { checkRuns, type Histories } from './check-runs.ts';

export type Audit = Readonly<{
  violations: readonly string[];
  runs: readonly LoadedRun[];
  attempts: number;
  lost: number;
  /** Runs that failed as promised: the third loss of a worker ends a step that does not count losses as attempts. */
  givenUp: number;
  /** Bodies that ran and whose result is not recorded: of attempts that were lost, or that failed. */
  bodiesWithoutResult: number;
}>;

/** Reads the store as it is when everything has ended and the servers are gone, and says what is not as promised. */
export async function audit({ store, queries }: PostgresStore, known: Omit<Histories, 'runs'>): Promise<Audit> {
  const { ledger } = known;
  const violations: string[] = [];
  const violate = (text: string): void => void violations.push(text);
  const runs = await loadAll(store, queries);
  for (const text of checkRuns({ runs, ...known })) violate(text);
  const messages = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 1_000, limit: 100 });
  if (messages.length > 0) violate(`${messages.length} messages are left in the outbox: ${JSON.stringify(messages)}`);
  const workers = [...(await queries.listWorkers()), ...(await store.workers.expired(100))];
  if (workers.length > 0) violate(`${workers.length} workers are left: ${JSON.stringify(workers)}`);
  const work = (await queries.countWork()).filter(({ ready, leased }) => ready + leased > 0);
  if (work.length > 0) violate(`Work is left: ${JSON.stringify(work)}`);
  if ((await store.waits.nextDueAt()) !== null) violate('A timer is left.');
  const attempts = runs.flatMap((loaded) => loaded.attempts);
  return {
    violations,
    runs,
    attempts: attempts.length,
    lost: attempts.filter(({ reason }) => reason === 'worker_lost').length,
    givenUp: runs.filter(({ run }) => run.status === 'failed').length,
    bodiesWithoutResult:
      ledger.length - attempts.filter(({ output, worker }) => output !== null && worker !== null).length,
  };
}

async function loadAll(
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
