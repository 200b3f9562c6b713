// Kills the real thing while it works, and audits what is left: npm run crashtest -- --minutes 5 --seed 1
//
//   --minutes N   how long to do harm (default 2)      --seed S   decides what happens when (default 1)
//   --kills N     go on until so many processes were killed, however long that takes
//   --keep        keep the folder with logs and database also when all is well
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../packages/engine/testkit/simulator/random.ts';
import { type Audit, audit } from './crashtest/audit.ts';
import { startBulkUsers } from './crashtest/bulk-users.ts';
import { type Acknowledged, startCallers } from './crashtest/callers.ts';
import { checkRated } from './crashtest/checks/check-limits.ts';
import { type Cluster, schema, startCluster } from './crashtest/cluster.ts';
import { startEmitters } from './crashtest/emitters.ts';
import { startFaults } from './crashtest/faults.ts';
import { startPauser } from './crashtest/pauser.ts';
import { startPeople } from './crashtest/people.ts';
import { readLogs } from './crashtest/read-logs.ts';
import { reportRows, seconds, unmet } from './crashtest/report.ts';
import { percentile, restartTimes } from './crashtest/restart-times.ts';
import { startRetriers } from './crashtest/retriers.ts';
import { watchSlots } from './crashtest/slot-watch.ts';
import { watchStaleReports } from './crashtest/stale-reports.ts';
import { stepProcesses } from './crashtest/step-processes.ts';
import { askingWorkflow, awaitingWorkflow, readLedger, writeWorkspace } from './crashtest/workload.ts';

/** A dead worker's steps begin again within this, in 99 of 100 cases, while servers and database are up. */
const restartGoalMs = 15_000;
/** Processes that want to run, for each processor, beyond which it is the machine that decides when something begins. */
const mostLoad = 4;
/** Everything acknowledged has to end within this after the last fault. */
const healMs = 180_000;
/** Workers look for folders of ended runs once a minute. */
const sharedSweepMs = 90_000;
/** A test as long as this has to meet every kind of fault and every feature. */
const wholeMinutes = 5;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '0' },
    keep: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const wantedKills = Number(values.kills);
if (!(minutes > 0) || !Number.isSafeInteger(seed) || !Number.isSafeInteger(wantedKills)) {
  process.stderr.write('--minutes expects a number above 0, --seed and --kills a whole number.\n');
  process.exit(2);
}

const began = Date.now();
const say = (text: string): void => {
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};
const violations: string[] = [];
const violate = (text: string): void => {
  violations.push(text);
  say(`✗ ${text}`);
};

const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
const workspace = join(folder, 'workspace');
const ledger = join(folder, 'ledger');
writeWorkspace(workspace, ledger);
const token = randomBytes(24).toString('hex');
const workerToken = randomBytes(24).toString('hex');
const cluster = await startCluster({ folder, workspace, token, workerToken, onCrash: violate });
killAllOnExit(cluster);
say(`two servers, three workers, one database are up; seed ${seed}; logs in ${folder}`);

const people = startPeople(cluster, new Random(seed, 'people'), violate);
const emitters = startEmitters(cluster, new Random(seed, 'emitters'), violate);
const attend = ({ shape, run, n }: Acknowledged): void => {
  if (shape === askingWorkflow) people.watch(run, n);
  if (shape === awaitingWorkflow) emitters.watch(run, n);
};
const callers = startCallers(cluster, new Random(seed, 'callers'), attend, violate);
const pauser = startPauser(cluster, callers.acknowledged, new Random(seed, 'pauser'), violate);
const retriers = startRetriers(cluster, callers.acknowledged, new Random(seed, 'retriers'), attend, violate);
const bulk = startBulkUsers(cluster, new Random(seed, 'bulk'), violate);
const slots = watchSlots(cluster.url, schema, violate);
const stale = watchStaleReports(cluster);
await sleep(2_000);
const kindsTold: string[] = [];
const loads: number[] = [];
const faults = startFaults(cluster, new Random(seed, 'faults'), violate, (kind) => kindsTold.push(kind));
const faultsEnd = Date.now() + minutes * 60_000;
while (Date.now() < faultsEnd || kills() < wantedKills) {
  const left = faultsEnd - Date.now();
  await sleep(left > 0 ? Math.min(10_000, left) : 10_000);
  loads.push(loadavg()[0] ?? 0);
  say(`${callers.acknowledged.length} runs acknowledged; ${kindsTold.splice(0).join(', ')}`);
}
say('no more faults; everything is mended');
await faults.stop();
await Promise.all([callers.stop(), pauser.stop(), retriers.stop(), bulk.stop()]);
await bulk.resumeAll();
const attended = Promise.all([people.stop(), emitters.stop()]);
await waitForEnds(cluster);
// Nobody asks any more in a run that has not ended; that was told already.
await Promise.race([attended, sleep(10_000)]);
await stale.stop();
await slots.stop();
await waitForSharedFolders(cluster);
const logs = await readLogs(cluster);
const outcome = await stopAndAudit(cluster);
report(outcome);

function kills(): number {
  const { kill_worker, kill_server, kill_database } = faults.counts;
  return kill_worker + kill_server + kill_database;
}

async function waitForEnds({ store: { queries } }: Cluster): Promise<void> {
  const deadline = Date.now() + healMs;
  for (;;) {
    const counts = await queries.countRuns({}).catch(() => null);
    const live = counts === null ? -1 : counts.queued + counts.running + counts.paused;
    if (live === 0) return;
    if (Date.now() > deadline) return violate(`${live} runs have not ended ${healMs / 1000} s after the last fault.`);
    if (counts !== null && counts.paused > 0) await bulk.resumeAll();
    await sleep(500);
  }
}

/** Workers remove the shared folders of ended runs about once a minute. */
async function waitForSharedFolders({ sharedFolder }: Cluster): Promise<void> {
  const deadline = Date.now() + sharedSweepMs;
  while (readdirSync(sharedFolder).length > 0) {
    if (Date.now() > deadline) return violate(`Shared folders are left: ${readdirSync(sharedFolder).join(', ')}`);
    await sleep(1_000);
  }
}

/** Stops the workers, gives the reaper its time with those that died, stops the servers, and audits what they left. */
async function stopAndAudit({ workers, servers, store, database, workersFolder }: Cluster): Promise<Audit> {
  const codes = await Promise.all(workers.map(({ process }) => process.stop()));
  const deadline = Date.now() + 30_000;
  const left = async () => (await store.queries.listWorkers()).length + (await store.store.workers.expired(10)).length;
  while ((await left()) > 0 && Date.now() < deadline) await sleep(500);
  codes.push(...(await Promise.all(servers.map(({ process }) => process.stop()))));
  if (codes.some((code) => code !== 0)) violate(`Not all stopped in order: exit codes ${codes.join(', ')}.`);
  for (const { proxy } of servers) proxy.close();
  const orphans = stepProcesses(workersFolder);
  if (orphans.length > 0) violate(`Processes of steps are left: ${orphans.map((one) => one.command).join('; ')}`);
  const found = await audit(store, {
    ledger: readLedger(ledger),
    logs,
    acknowledged: [...callers.acknowledged, ...retriers.reruns],
    answers: people.answers,
    emitted: emitters.emitted,
    pauses: [...pauser.pauses, ...bulk.pauses],
    cancelled: bulk.cancelled,
    retried: bulk.retried,
  });
  checkRated(found.histories, slots.starts(), violate);
  for (const text of found.violations) violate(text);
  await store.close();
  await database.stop();
  return found;
}

function report(found: Audit): void {
  const parts = { cluster, callers, people, emitters, pauser, retriers, bulk, slots, stale, faults };
  const { pauses, runs } = found.histories;
  const times = restartTimes(runs, faults.workerKills, faults.disturbances, pauses);
  const p99 = percentile(times.undisturbed, 0.99);
  const load = loads.reduce((sum, each) => sum + each, 0) / loads.length;
  const isOverloaded = load > mostLoad * availableParallelism();
  if (p99 !== null && p99 > restartGoalMs && !isOverloaded)
    violate(`Dead workers' steps began again after ${seconds(p99)} (p99).`);
  const machine = `load ${load.toFixed(1)} on ${availableParallelism()} processors`;
  const rows = {
    'kill -9': `${kills()}`,
    ...reportRows(parts, found, times),
    machine: isOverloaded ? `${machine}: too much for times to be judged` : machine,
  };
  for (const [name, text] of Object.entries(rows)) process.stdout.write(`  ${name.padEnd(22)} ${text}\n`);
  const never = unmet(parts, found);
  if (never.length > 0) say(`never happened: ${never.join(', ')}`);
  if (never.length > 0 && minutes >= wholeMinutes) violate(`A test of ${minutes} minutes should have met everything.`);
  const verdict = violations.length === 0 ? 'no violation' : `${violations.length} violations`;
  say(`seed ${seed}, ${minutes} minutes of faults: ${verdict}.`);
  for (const text of violations) process.stdout.write(`✗ ${text}\n`);
  if (violations.length === 0 && !values.keep) rmSync(folder, { recursive: true, force: true });
  else process.stdout.write(`Logs, ledger and database are kept in ${folder}\n`);
  process.exit(violations.length === 0 ? 0 : 1);
}

/** However the test itself ends, what it started ends, too; the database follows by itself. */
function killAllOnExit({ servers, workers }: Cluster): void {
  process.on('exit', () => {
    for (const { process: one } of [...servers, ...workers]) one.signal('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
}
