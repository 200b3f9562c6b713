// Shows how the cost of a run grows with the run: npm run scale -- --help
//
// Each size runs in a process of its own, so that none profits or suffers from the one before. To look into one:
//   node --cpu-prof bench/scale.ts --measure fan-out --size 100000 --store memory
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '@millrace/store-postgres';
import { formatColumns } from './report/table.ts';
import { type Measured, measureRun } from './scale/measure-run.ts';
import { type Shape, shapes } from './scale/shapes.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    size: { type: 'string' },
    store: { type: 'string', default: 'embedded' },
    json: { type: 'boolean', default: false },
    measure: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const help = `Shows how the cost of a run grows with the run: npm run scale -- [options]

  --only SHAPE     one shape: ${shapes.map(({ name }) => name).join(', ')} (default: all)
  --size N         one size (default: those of each shape)
  --store STORE    embedded, memory, or postgresql://… of an outside database (default: embedded)
  --json           prints {"rows": […]} and nothing else

Examples:
  $ npm run scale -- --only fan-out --size 100000
  $ npm run scale -- --store memory --json
`;

type Result = Readonly<{ shape: Shape; size: number; measured: Measured }>;

if (values.help) process.stdout.write(help);
else if (values.measure !== undefined) await measureHere(values.measure);
else await measureAll();

/** One shape at one size, in this process. */
async function measureHere(name: string): Promise<void> {
  const shape = shapes.find((one) => one.name === name);
  if (shape === undefined) throw new Error(`There is no shape ${name}.`);
  const where = values.store === 'memory' || values.store === 'embedded' ? values.store : { url: values.store };
  const measured = await measureRun(where, shape, Number(values.size));
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

async function measureAll(): Promise<void> {
  const chosen = shapes.filter(({ name }) => values.only === undefined || values.only === name);
  if (chosen.length === 0) {
    process.stderr.write(
      `There is no shape ${values.only}. There are: ${shapes.map(({ name }) => name).join(', ')}.\n`,
    );
    process.exit(2);
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scale-'));
  const database = values.store === 'embedded' ? await startEmbeddedPostgres({ dataDir: join(folder, 'data') }) : null;
  const store = database?.url ?? values.store;
  const results: Result[] = [];
  for (const shape of chosen) {
    for (const size of values.size === undefined ? shape.sizes : [Number(values.size)]) {
      const measured = measureApart(shape, size, store);
      results.push({ shape, size, measured });
      if (!values.json) process.stderr.write(`${shape.name}, ${size}: ${Math.round(measured.runMs)} ms\n`);
    }
  }
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
  const rows = results.map(({ shape, size, measured }) => ({ shape: shape.name, size, ...measured }));
  process.stdout.write(values.json ? `${JSON.stringify({ rows }, null, 2)}\n` : `${table(results)}\n`);
}

function measureApart(shape: Shape, size: number, store: string): Measured {
  const self = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', self, '--measure', shape.name, '--size', String(size), '--store', store];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${shape.name} at ${size} ended with exit code ${status}.`);
  return JSON.parse(stdout) as Measured;
}

function table(results: readonly Result[]): string {
  const ms = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const head = [
    'shape',
    'size',
    'run ms',
    'us each',
    'cpu us each',
    'heap KB each',
    'commits',
    'load ms',
    'get ms',
    'get KB',
  ];
  const more = ['explain ms', 'open: get ms', 'explain ms', 'pause ms', 'held: explain ms', 'resume ms', 'cancel ms'];
  const lines = results.map(({ shape, size, measured }) => {
    const { runMs, cpuMs, heapBytes, commits, loadMs, getMs, getBytes } = measured;
    const each = ms((runMs * 1000) / size);
    const heap = (heapBytes / 1024 / size).toFixed(1);
    const cpu = ms((cpuMs * 1000) / size);
    const own = [ms(runMs), each, cpu, heap, String(commits), ms(loadMs), ms(getMs), (getBytes / 1024).toFixed(0)];
    const { explainMs, openGetMs, openExplainMs, pauseMs, heldExplainMs, resumeMs, cancelMs } = measured;
    const looks = [explainMs, openGetMs, openExplainMs, pauseMs, heldExplainMs, resumeMs, cancelMs].map(ms);
    return [shape.name, String(size), ...own, ...looks];
  });
  return formatColumns([[...head, ...more], ...lines]);
}
