// Runs for long and shows whether anything grows: npm run soak -- --help
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '@millrace/store-postgres';
import { withClient } from '../packages/store-postgres/src/embedded/login.ts';
import { openEngine } from './millrace/open-engine.ts';
import { formatColumns } from './report/table.ts';
import { judge, type Slice, type Verdict } from './soak/judge.ts';
import { soakWorkflows, startLoad } from './soak/load.ts';
import { startRemoval } from './soak/remove-old.ts';

const help = `Runs for long and shows whether anything grows: npm run soak -- [options]

  --steps N        how many attempts of steps are written (default: 5,000,000)
  --keep SECONDS   how long runs are kept after their end (default: 60)
  --at-once N      how many runs go on at once (default: 200)
  --slices N       in how many pieces it is told (default: 30)
  --store URL      an outside PostgreSQL (default: the embedded one)
  --json           the figures and the verdict as JSON

Retention removes what has ended meanwhile, so after a while as much goes as comes: latency, memory and tables must stay as
they are. Exit code 1 when they do not.

Example: npm run soak -- --steps 200000 --keep 10 --slices 12
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    steps: { type: 'string', default: '5000000' },
    keep: { type: 'string', default: '60' },
    'at-once': { type: 'string', default: '200' },
    slices: { type: 'string', default: '30' },
    store: { type: 'string', default: 'embedded' },
    json: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

async function soak(): Promise<readonly Slice[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'));
  const database = values.store === 'embedded' ? await startEmbeddedPostgres({ dataDir: folder }) : null;
  const url = database?.url ?? values.store;
  const keepMs = positive('--keep', values.keep) * 1_000;
  const { engine, startWorker, publish, close } = await openEngine({
    where: { url },
    functions: { echo: (input) => input },
  });
  await publish(soakWorkflows);
  await startWorker();
  const removal = startRemoval(engine, keepMs);
  let latencies: number[] = [];
  const stop = startLoad(engine, positive('--at-once', values['at-once']), (ms) => latencies.push(ms));
  const count = positive('--slices', values.slices);
  const most = positive('--steps', values.steps);
  const began = performance.now();
  const found: Slice[] = [];
  let before = { steps: 0, at: began };
  for (let slice = 1; slice <= count; slice += 1) {
    await reached(() => engine.stats().attemptsEnded.succeeded, (most * slice) / count);
    const steps = engine.stats().attemptsEnded.succeeded;
    const at = performance.now();
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const sorted = latencies.toSorted((left, right) => left - right);
    const share = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
    found.push({
      steps,
      seconds: (at - began) / 1_000,
      stepsPerSecond: (steps - before.steps) / ((at - before.at) / 1_000),
      p50Ms: share(0.5),
      p99Ms: share(0.99),
      heapBytes: heapUsed,
      rssBytes: rss,
      removedRuns: removal.removed(),
      tableBytes: await tableSizes(url),
    });
    if (!values.json) process.stderr.write(`${line(found.at(-1) as Slice).join('  ')}\n`);
    latencies = [];
    before = { steps, at };
  }
  await stop();
  await removal.stop();
  await close();
  await database?.stop();
  await rm(folder, { recursive: true, force: true });
  return found;
}

async function reached(read: () => number, goal: number): Promise<void> {
  while (read() < goal) await new Promise((resolve) => setTimeout(resolve, 20));
}

const measuredTables = ['run', 'run_origin', 'run_tag', 'attempt', 'work', 'wait', 'outbox', 'removed_run', 'worker'];

async function tableSizes(url: string): Promise<Readonly<Record<string, number>>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; bytes: string }>(
      `select name, pg_total_relation_size(('millrace.' || quote_ident(name))::regclass) as bytes from unnest($1::text[]) name`,
      [measuredTables],
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  });
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  process.stderr.write(`${option} expects a number above 0, not "${text}".\n`);
  process.exit(2);
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

const head = ['steps', 's', 'steps/s', 'p50 ms', 'p99 ms', 'heap MB', 'rss MB', 'removed runs', 'attempt MB', 'run MB'];
const line = (slice: Slice): readonly string[] => [
  String(slice.steps),
  slice.seconds.toFixed(0),
  slice.stepsPerSecond.toFixed(0),
  slice.p50Ms.toFixed(1),
  slice.p99Ms.toFixed(1),
  megabytes(slice.heapBytes),
  megabytes(slice.rssBytes),
  String(slice.removedRuns),
  megabytes(slice.tableBytes.attempt ?? 0),
  megabytes((slice.tableBytes.run ?? 0) + (slice.tableBytes.run_origin ?? 0) + (slice.tableBytes.run_tag ?? 0)),
];

function told(all: readonly Slice[], judged: readonly Verdict[]): string {
  const shown = ({ unit }: Verdict, value: number): string =>
    unit === 'ms' ? `${value.toFixed(1)} ms` : `${megabytes(value)} MB`;
  const verdictLines = judged.map((verdict) => [
    verdict.flat ? 'flat' : 'GROWS',
    verdict.what,
    shown(verdict, verdict.before),
    shown(verdict, verdict.after),
  ]);
  return [
    formatColumns([head, ...all.map(line)]),
    '',
    formatColumns([['', '', 'middle third', 'last third'], ...verdictLines]),
  ].join('\n');
}

const slices = await soak();
const verdicts = judge(slices);
const flat = verdicts.every((verdict) => verdict.flat);
process.stdout.write(
  values.json ? `${JSON.stringify({ flat, verdicts, slices }, null, 2)}\n` : `${told(slices, verdicts)}\n`,
);
process.exitCode = flat ? 0 : 1;
