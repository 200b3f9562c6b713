// What Prometheus gets. Names are documented in docs/guide/api.md; labels have few values: nothing grows with the number of
// workflows, runs or paths.
import type { Engine, EngineStats } from '@millrace/engine';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = Readonly<{
  registry: Registry;
  httpSeconds: Histogram<'method' | 'operation' | 'status'>;
}>;

export function createMetrics(engine: Engine, sockets: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addEngineCounters(registry, engine);
  addWorkGauges(registry, engine);
  addGauge(registry, 'millrace_event_sockets', 'Open event sockets of this server.', sockets);
  const httpSeconds = new Histogram({
    name: 'millrace_http_request_seconds',
    help: 'Duration of HTTP requests, by operation (long polls apart: they wait on purpose).',
    labelNames: ['method', 'operation', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return { registry, httpSeconds };
}

/** Totals that the engine counts itself, read when Prometheus asks. */
function addEngineCounters(registry: Registry, engine: Engine): void {
  const totals: readonly (readonly [name: string, help: string, read: (stats: EngineStats) => number])[] = [
    ['millrace_runs_started_total', 'Runs that this server started.', (stats) => stats.runsStarted],
    ['millrace_commits_total', 'Commits of this server.', (stats) => stats.commits],
    ['millrace_commit_runs_total', 'Run changes in them; by commits: the mean batch.', (stats) => stats.commitRuns],
    ['millrace_commit_seconds_total', 'Time in commits; by commits: the mean latency.', (stats) => stats.commitSeconds],
    [
      'millrace_commit_conflicts_total',
      'Run changes that lost a race and were decided again.',
      (s) => s.commitConflicts,
    ],
    ['millrace_commit_failures_total', 'Commits that failed.', (stats) => stats.commitFailures],
    ['millrace_claims_total', 'Queries for ready work.', (stats) => stats.claims],
    ['millrace_claimed_attempts_total', 'Attempts that they found.', (stats) => stats.claimedAttempts],
    ['millrace_stale_reports_total', 'Refused reports of attempts that another worker owns.', (s) => s.staleReports],
  ];
  for (const [name, help, read] of totals) {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read(engine.stats()));
      },
    });
  }
  const apart: readonly (readonly [
    name: string,
    help: string,
    label: string,
    read: (stats: EngineStats) => Readonly<Record<string, number>>,
  ])[] = [
    ['millrace_runs_ended_total', 'Runs that this server brought to their end.', 'status', (stats) => stats.runsEnded],
    ['millrace_attempts_ended_total', 'Attempts of steps that ended.', 'status', (stats) => stats.attemptsEnded],
    [
      'millrace_schedule_ticks_total',
      'Ticks of schedules that this server decided on.',
      'result',
      ({ ticks }) => ticks,
    ],
    ['millrace_deliveries_total', 'Requests to webhooks of this server.', 'outcome', ({ deliveries }) => deliveries],
    [
      'millrace_removed_total',
      'What was kept no longer, and removed by this server.',
      'kind',
      ({ removed }) => removed,
    ],
  ];
  for (const [name, help, label, read] of apart) addApart(registry, name, help, label, () => read(engine.stats()));
  addGauge(
    registry,
    'millrace_connected_workers',
    'Workers that talk to this server.',
    () => engine.stats().connectedWorkers,
  );
  addGauge(registry, 'millrace_held_attempts', 'Attempts that they hold.', () => engine.stats().heldAttempts);
  addGauge(registry, 'millrace_cached_runs', 'Runs in memory.', () => engine.stats().cachedRuns);
  addGauge(registry, 'millrace_commit_backlog', 'Commands that wait for a commit.', () => engine.stats().backlog);
}

/** A total for each value of a label. */
function addApart(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Readonly<Record<string, number>>,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
    },
  });
}

/** Asked of the store, so each server tells the same: take the maximum over servers, not the sum. */
function addWorkGauges(registry: Registry, engine: Engine): void {
  new Gauge({
    name: 'millrace_work',
    help: 'Attempts that are ready, and that workers hold, by queue.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      const lanes = await engine.queries.countWork();
      this.reset();
      for (const { queue, ready, leased } of lanes) {
        this.inc({ queue, state: 'ready' }, ready);
        this.inc({ queue, state: 'leased' }, leased);
      }
    },
  });
  new Gauge({
    name: 'millrace_workers',
    help: 'Workers whose lease is alive.',
    registers: [registry],
    async collect() {
      this.set((await engine.queries.listWorkers()).length);
    },
  });
  new Gauge({
    name: 'millrace_draining_workers',
    help: 'Of these, workers that get nothing new because somebody wants it so.',
    registers: [registry],
    async collect() {
      const workers = await engine.queries.listWorkers();
      this.set(workers.filter(({ drainingSince }) => drainingSince !== null).length);
    },
  });
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
