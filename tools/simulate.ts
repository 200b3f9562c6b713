// Runs simulations of the engine: npm run simulate -- --help
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  addCounts,
  type Breakage,
  breakages,
  newCounts,
  parseOverrides,
  repeatCommand,
  type SimulationOptions,
  type SimulationResult,
  shrink,
  simulateSeed,
} from '../packages/engine/testkit/simulator/index.ts';

const help = `Runs simulations of the engine: the real one, on a store in memory and a virtual clock, with faults: npm run simulate -- [options]

  --seed S             the first seed (default: 1)
  --seeds N            how many (default: 1000)
  --jobs J             threads (default: all cores)
  --keep-going         goes on after a violation
  --no-shrink          leaves a failing case as large as it is
  --verbose            prints the whole trace of each simulation
  --scenario a=1,b=2   numbers in the place of the seed's own
  --break NAME         an engine that is broken on purpose: ${breakages.join(', ')}
  --break all          each of these in turn, and after how many seeds it is noticed (with --seeds: at most)

It ends with exit code 1 when an invariant was violated.

Examples:
  $ npm run simulate -- --seeds 100000 --jobs 2 --keep-going
  $ npm run simulate -- --seed 1059374 --seeds 1 --verbose
`;

type Batch = Readonly<{ results: readonly SimulationResult[] }>;
type Ask = Readonly<{ from: number; to: number }>;

if (isMainThread) await main();
else serve();

function serve(): void {
  const { scenario, breakage } = workerData as { scenario: string; breakage: Breakage | null };
  const options = { overrides: parseOverrides(scenario), breakage };
  parentPort?.on('message', async ({ from, to }: Ask) => {
    const results: SimulationResult[] = [];
    for (let seed = from; seed < to; seed += 1) results.push(await simulateSeed(seed, options));
    parentPort?.postMessage({ results } satisfies Batch);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1000' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      scenario: { type: 'string', default: '' },
      break: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      'keep-going': { type: 'boolean', default: false },
      'no-shrink': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (values.break === 'all') return noticeAll(whole('--seed', values.seed), whole('--seeds', values.seeds));
  const breakage = (values.break ?? null) as Breakage | null;
  if (breakage !== null && !breakages.includes(breakage)) fatal(`--break is "all" or one of ${breakages.join(', ')}.`);
  const first = whole('--seed', values.seed);
  const count = whole('--seeds', values.seeds);
  const jobs = Math.max(1, whole('--jobs', values.jobs));
  const options: SimulationOptions = { overrides: parseOverrides(values.scenario), breakage };
  const began = process.hrtime.bigint();
  const seconds = () => Number(process.hrtime.bigint() - began) / 1e9;

  const total = newCounts();
  const failed: SimulationResult[] = [];
  let done = 0;
  let virtualMs = 0;
  const take = (result: SimulationResult) => {
    done += 1;
    virtualMs += result.virtualMs;
    addCounts(total, result.counts);
    if (result.violation === null) return;
    failed.push(result);
    // Told at once: many seeds take long, and the first that fails is worth looking at.
    if (values['keep-going']) process.stderr.write(`✗ Seed ${result.seed}: ${result.violation.invariant}\n`);
  };

  if (values.verbose) {
    for (let seed = first; seed < first + count; seed += 1) {
      const print = (line: string) => process.stdout.write(`${line}\n`);
      print(`── seed ${seed} ──`);
      take(await simulateSeed(seed, { ...options, print }));
      if (failed.length > 0 && !values['keep-going']) break;
    }
  } else {
    const progress = () => {
      const rate = (done / Math.max(seconds(), 0.001)).toFixed(0);
      const text = `${done} of ${count} seeds · ${rate} a second · ${failed.length} violations`;
      process.stderr.write(process.stderr.isTTY ? `\r${text}   ` : `${text}\n`);
    };
    const timer = setInterval(progress, process.stderr.isTTY ? 500 : 20_000);
    await runThreads({ first, count, jobs, scenario: values.scenario, breakage }, (result) => {
      take(result);
      return failed.length > 0 && !values['keep-going'];
    });
    clearInterval(timer);
    progress();
    if (process.stderr.isTTY) process.stderr.write('\n');
  }

  failed.sort((left, right) => left.seed - right.seed);
  for (const result of failed.slice(0, 3)) await tell(result, options, values['no-shrink'] || values.verbose);
  if (failed.length > 1)
    process.stdout.write(`Failing seeds: ${failed.slice(0, 50).map(describeFailure).join(', ')}\n`);
  const rows = Object.entries(total).map(([name, value]) => `  ${name.padEnd(22)} ${value}`);
  process.stdout.write(`Exercised:\n${rows.join('\n')}\n`);
  const hours = (virtualMs / 3_600_000).toFixed(1);
  const verdict = failed.length === 0 ? 'no violation' : `${failed.length} with a violation`;
  process.stdout.write(
    `${done} seeds from ${first}: ${verdict}. ${hours} simulated hours in ${seconds().toFixed(1)} s.\n`,
  );
  process.exit(failed.length === 0 ? 0 : 1);
}

/** The table of what each broken engine is noticed by. */
async function noticeAll(first: number, most: number): Promise<never> {
  let missed = 0;
  for (const breakage of breakages) {
    let text = `not noticed by ${most} seeds`;
    for (let seed = first; seed < first + most; seed += 1) {
      const { violation } = await simulateSeed(seed, { breakage });
      if (violation === null) continue;
      text = `${violation.invariant.padEnd(28)} ${seed - first + 1} seeds`;
      break;
    }
    if (text.startsWith('not')) missed += 1;
    process.stdout.write(`${breakage.padEnd(22)} ${text}\n`);
  }
  process.exit(missed === 0 ? 0 : 1);
}

function describeFailure({ seed, violation }: SimulationResult): string {
  return `${seed} (${violation?.invariant})`;
}

type Work = Readonly<{ first: number; count: number; jobs: number; scenario: string; breakage: Breakage | null }>;

/** Gives the threads a few seeds at a time. `take` says whether to stop. */
async function runThreads(
  { first, count, jobs, scenario, breakage }: Work,
  take: (result: SimulationResult) => boolean,
): Promise<void> {
  const end = first + count;
  const share = Math.max(1, Math.min(25, Math.ceil(count / jobs / 4)));
  let next = first;
  let stop = false;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { scenario, breakage } });
      const ask = () => {
        if (stop || next >= end) {
          void worker.terminate().then(() => resolve());
          return;
        }
        const from = next;
        next = Math.min(end, next + share);
        worker.postMessage({ from, to: next } satisfies Ask);
      };
      worker.on('message', ({ results }: Batch) => {
        for (const result of results) if (take(result)) stop = true;
        ask();
      });
      worker.on('error', reject);
      ask();
    });
  await Promise.all(Array.from({ length: jobs }, one));
}

async function tell(result: SimulationResult, options: SimulationOptions, asItIs: boolean): Promise<void> {
  const { seed, violation } = result;
  const breakage = options.breakage ?? null;
  process.stdout.write(`\n✗ Seed ${seed}: ${violation?.message}\n`);
  process.stdout.write(`  repeat: ${repeatCommand(seed, options.overrides ?? {}, breakage)}\n`);
  const reduced = asItIs ? { result, overrides: options.overrides ?? {}, tries: 0 } : await shrink(result, options);
  if (!asItIs) {
    process.stdout.write(`  reduced in ${reduced.tries} simulations: ${reduced.result.violation?.message}\n`);
    process.stdout.write(`  repeat: ${repeatCommand(seed, reduced.overrides, breakage)}\n`);
  }
  process.stdout.write(
    `  the end of its trace:\n${reduced.result.tail
      .slice(-60)
      .map((line) => `    ${line}`)
      .join('\n')}\n`,
  );
}

function whole(name: string, text: string): number {
  if (!/^\d+$/u.test(text)) fatal(`${name} expects a whole number; it is "${text}".`);
  return Number(text);
}

function fatal(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
