import type { Audit } from './audit.ts';
import type { BulkUsers } from './bulk-users.ts';
import type { Callers } from './callers.ts';
import type { Cluster } from './cluster.ts';
import type { Emitters } from './emitters.ts';
import type { Faults } from './faults.ts';
import type { Pauser } from './pauser.ts';
import type { People } from './people.ts';
import { percentile, type RestartTimes } from './restart-times.ts';
import type { Retriers } from './retriers.ts';
import type { SlotWatch } from './slot-watch.ts';
import type { StaleReports } from './stale-reports.ts';

export type Parts = Readonly<{
  cluster: Cluster;
  callers: Callers;
  people: People;
  emitters: Emitters;
  pauser: Pauser;
  retriers: Retriers;
  bulk: BulkUsers;
  slots: SlotWatch;
  stale: StaleReports;
  faults: Faults;
}>;

export const seconds = (ms: number | null): string => (ms === null ? 'none' : `${(ms / 1000).toFixed(1)} s`);

/** What was done and what came of it, a line for each. */
export function reportRows(parts: Parts, { histories, counts }: Audit, times: RestartTimes): Record<string, string> {
  const { callers, people, emitters, pauser, retriers, bulk, slots, stale, faults } = parts;
  const proxies = parts.cluster.servers.map(({ proxy }) => proxy.counts());
  const sum = (name: keyof (typeof proxies)[number]) => proxies.reduce((total, each) => total + each[name], 0);
  const tell = (sorted: readonly number[]) =>
    `p50 ${seconds(percentile(sorted, 0.5))}, p99 ${seconds(percentile(sorted, 0.99))} of ${sorted.length}`;
  const lists = (entries: Iterable<readonly [string, number]>) =>
    [...entries].map(([name, count]) => `${name} ${count}`).join(', ');
  return {
    faults: lists(Object.entries(faults.counts)),
    'on the way': `${sum('connectionsCut')} connections cut, ${sum('answersLost')} answers lost, ${sum('requestsTwice')} messages sent twice`,
    database: `${faults.databaseConnectionsCut()} connections of servers ended`,
    silence: `${lostInSilence(parts, histories)} attempts of workers that stood still were lost`,
    runs: `${counts.runs}: ${callers.acknowledged.length} acknowledged starts, ${counts.hooks} of hooks, ${counts.triggered} of events, ${counts.reruns} re-runs, the rest children`,
    'ended otherwise': `${counts.failedRuns} failed, ${counts.cancelledRuns} cancelled`,
    'repeated starts': `${callers.repeats()}`,
    answers: `${people.answers.length} to approvals`,
    events: `${counts.events}, ${emitters.emitted.length} of them acknowledged to programs`,
    pauses: `${pauser.pauses.length} of one run, ${bulk.pauses.length} in bulk`,
    'in bulk': `${bulk.cancelled.size} cancelled, ${bulk.retried.size} retried`,
    're-runs': `${retriers.reruns.length} acknowledged one by one; ${counts.reused} results taken over`,
    attempts: `${counts.attempts}: ${counts.lost} lost with their worker, ${counts.cached} from the cache, ${counts.skipped} skipped for a full key`,
    limits: `most at once in ${slots.looks()} looks: ${lists(slots.most())}; ${slots.starts()} starts counted by the rate; ${counts.superseded} runs superseded`,
    'log lines': `${counts.logLines}`,
    'bodies without result': `${counts.bodiesWithoutResult} (of lost, failed and stopped attempts)`,
    'stale reports': `at least ${stale.total()} refused`,
    'orphans ended': `${faults.orphansEnded()} processes of dead workers`,
    'steps begin again': `${tell(times.undisturbed)} with servers and database up; ${tell(times.all)} in all`,
  };
}

/** Faults and features that a test of some length must have met: what never happened was not tested. */
export function unmet(parts: Parts, { histories, counts }: Audit): readonly string[] {
  const { people, emitters, pauser, retriers, bulk, slots, stale, faults } = parts;
  const proxies = parts.cluster.servers.map(({ proxy }) => proxy.counts());
  const met: Readonly<Record<string, number>> = {
    ...faults.counts,
    ...counts,
    connectionsCut: proxies.reduce((sum, each) => sum + each.connectionsCut, 0),
    answersLost: proxies.reduce((sum, each) => sum + each.answersLost, 0),
    requestsTwice: proxies.reduce((sum, each) => sum + each.requestsTwice, 0),
    databaseConnectionsCut: faults.databaseConnectionsCut(),
    lostInSilence: lostInSilence(parts, histories),
    staleReports: stale.total(),
    orphansEnded: faults.orphansEnded(),
    answers: people.answers.length,
    emitted: emitters.emitted.length,
    pauses: pauser.pauses.length,
    pausesInBulk: bulk.pauses.length,
    cancelledInBulk: bulk.cancelled.size,
    retriedInBulk: bulk.retried.size,
    rerunsByPeople: retriers.reruns.length,
    slotsHeld: slots.most().size,
    ratedStarts: slots.starts(),
  };
  return Object.entries(met).flatMap(([name, count]) => (count === 0 ? [name] : []));
}

/** Attempts that were lost though nobody killed their worker: it stood still for longer than its lease. */
function lostInSilence({ faults }: Parts, { runs }: Audit['histories']): number {
  const killed = new Map(faults.workerKills.map(({ worker, at }) => [worker, at]));
  const silent = new Map(faults.silences.map(({ worker, at }) => [worker, at]));
  return runs
    .flatMap(({ attempts }) => attempts)
    .filter(({ reason, worker, endedAt }) => {
      const since = silent.get(worker ?? '');
      return (
        reason === 'worker_lost' &&
        since !== undefined &&
        endedAt > since &&
        endedAt < (killed.get(worker ?? '') ?? Number.POSITIVE_INFINITY)
      );
    }).length;
}
