import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/engine/testkit/simulator/random.ts';
import type { Cluster, ServerNode, WorkerNode } from './cluster.ts';
import { stepProcesses } from './step-processes.ts';

/** Beyond the lease of a worker (9 s). */
const beyondLeaseMs = 12_000;

/** What happens, and how often of all. */
const weights = {
  kill_worker: 32,
  kill_server: 22,
  kill_database: 8,
  stop_worker: 6,
  stop_server: 5,
  cut_connections: 8,
  cut_database: 5,
  lose_answers: 8,
  double_requests: 6,
} as const;
type FaultKind = keyof typeof weights;
const kinds = Object.keys(weights) as FaultKind[];

/**
 * A time in which a server, the database or every worker was away, or answers got lost: steps of a dead worker may begin
 * later.
 */
export type Disturbance = Readonly<{ from: number; to: number }>;
export type WorkerKill = Readonly<{ worker: string; at: number }>;

export type Faults = Readonly<{
  counts: Readonly<Record<FaultKind, number>>;
  workerKills: readonly WorkerKill[];
  /** Workers that stood still for longer than their lease, and when that began. */
  silences: readonly WorkerKill[];
  /** Connections to the database that were ended. */
  databaseConnectionsCut: () => number;
  disturbances: readonly Disturbance[];
  /** Steps' processes that outlived their worker, and were ended when it started again. */
  orphansEnded: () => number;
  /** No new faults; resolves when everything that was hit is up again. */
  stop(): Promise<void>;
}>;

/** Does harm at random moments, several at a time, and mends each after a random time. */
export function startFaults(
  cluster: Cluster,
  random: Random,
  violate: (text: string) => void,
  tell: (text: string) => void,
): Faults {
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const workerKills: WorkerKill[] = [];
  const silences: WorkerKill[] = [];
  const disturbances: Disturbance[] = [];
  let orphans = 0;
  let databaseConnectionsCut = 0;

  const disturb = async (work: () => Promise<void>): Promise<void> => {
    const from = Date.now();
    const open = { from, to: Number.POSITIVE_INFINITY };
    disturbances.push(open);
    await work();
    open.to = Date.now();
  };

  const away = new Set<WorkerNode>();
  const withoutWorker = async (worker: WorkerNode, work: () => Promise<void>): Promise<void> => {
    away.add(worker);
    if (away.size < cluster.workers.length) await work().finally(() => away.delete(worker));
    else await disturb(() => work().finally(() => away.delete(worker)));
  };

  const restart = async ({ process }: ServerNode | WorkerNode, downMs: number): Promise<void> => {
    await process.kill();
    await sleep(downMs);
    await process.start();
  };

  const killWorker = async (worker: WorkerNode): Promise<void> => {
    workerKills.push({ worker: worker.id(), at: Date.now() });
    await worker.process.kill();
    await sleep(random.chance(200) ? random.int(10_000, 16_000) : random.int(100, 3_000));
    const left = stepProcesses(worker.folder);
    await worker.process.start();
    const deadline = Date.now() + 10_000;
    const still = (): string[] => {
      const now = stepProcesses(worker.folder);
      return left
        .filter(({ pid, startedAt }) => now.some((one) => one.pid === pid && one.startedAt === startedAt))
        .map(({ pid, command }) => `${pid} ${command}`);
    };
    while (still().length > 0 && Date.now() < deadline) await sleep(100);
    if (still().length > 0) violate(`${worker.process.name} left orphans when it started again: ${still().join(', ')}`);
    orphans += left.length;
  };

  const pause = async ({ process }: ServerNode | WorkerNode): Promise<void> => {
    process.signal('SIGSTOP');
    await sleep(beyondLeaseMs + random.int(0, 2_000));
    process.signal('SIGCONT');
  };

  const cutDatabase = async (): Promise<void> => {
    databaseConnectionsCut += await cluster.database.cutConnections();
    await sleep(1_000);
  };

  const doubleRequests = async ({ proxy }: ServerNode): Promise<void> => {
    proxy.setDoubling(true);
    await sleep(random.int(1_000, 4_000));
    proxy.setDoubling(false);
  };

  const loseAnswers = async ({ proxy }: ServerNode): Promise<void> => {
    proxy.setSwallowing(true);
    await sleep(random.int(500, 3_000));
    proxy.setSwallowing(false);
  };

  const downMs = () => random.int(100, 4_000);
  const begin = (kind: FaultKind): Promise<void> | null => {
    const server = random.pick(cluster.servers);
    const worker = random.pick(cluster.workers);
    switch (kind) {
      case 'kill_worker':
        return hold(worker.process, () => withoutWorker(worker, () => killWorker(worker)));
      case 'kill_server':
        return hold(server.process, () => disturb(() => restart(server, downMs())));
      case 'kill_database':
        return hold(cluster.database, () => disturb(() => cluster.database.crash(downMs())));
      case 'stop_worker':
        return hold(worker.process, () => {
          silences.push({ worker: worker.id(), at: Date.now() });
          return withoutWorker(worker, () => pause(worker));
        });
      case 'stop_server':
        return hold(server.process, () => disturb(() => pause(server)));
      case 'cut_connections':
        server.proxy.cut();
        return Promise.resolve();
      case 'cut_database':
        return hold(cluster.database, () => disturb(cutDatabase));
      case 'lose_answers':
        return hold(server.process, () => disturb(() => loseAnswers(server)));
      case 'double_requests':
        return hold(server.process, () => doubleRequests(server));
    }
  };

  let stopped = false;
  const under = new Set<Promise<void>>();
  const loop = (async () => {
    while (!stopped) {
      await sleep(random.int(300, 2_500));
      if (stopped) break;
      const kind = pickKind(random);
      const fault = begin(kind);
      if (fault === null) continue; // Another fault has it.
      counts[kind] += 1;
      tell(kind);
      const ended = fault
        .catch((error: unknown) => violate(`${kind}: ${error instanceof Error ? error.message : String(error)}`))
        .finally(() => under.delete(ended));
      under.add(ended);
    }
  })();
  return {
    counts,
    workerKills,
    silences,
    databaseConnectionsCut: () => databaseConnectionsCut,
    disturbances,
    orphansEnded: () => orphans,
    async stop() {
      stopped = true;
      await loop;
      await Promise.all(under);
    },
  };
}

/** The longest that a thing is left alone after a fault. */
const longestRestMs = 20_000;

/**
 * One fault at a time for each thing, and then a rest of the same length: where everything takes long to come back, runs
 * have to get on all the same. Null: another fault has it, or it rests.
 */
function hold(thing: { busy: boolean }, work: () => Promise<void>): Promise<void> | null {
  if (thing.busy) return null;
  thing.busy = true;
  const from = Date.now();
  return work().finally(() => {
    const rest = setTimeout(
      () => {
        thing.busy = false;
      },
      Math.min(Date.now() - from, longestRestMs),
    );
    rest.unref();
  });
}

function pickKind(random: Random): FaultKind {
  let left = random.int(
    1,
    Object.values(weights).reduce((sum, weight) => sum + weight, 0),
  );
  for (const kind of kinds) {
    left -= weights[kind];
    if (left <= 0) return kind;
  }
  return 'kill_worker';
}
