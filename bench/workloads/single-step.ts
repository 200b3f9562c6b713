import type { Measurement } from '../rows.ts';
import type { System } from '../system.ts';
import type { Workload } from '../workload.ts';
import { writeCount } from '../write-count.ts';

/** Start calls that wait for their answer at the same time, as of a server with many callers. */
const inFlight = 1_000;

/** Many single-step runs at once: from the first start call to the end of the last run. */
export const singleStep: Workload = {
  name: 'single-step',
  describe: 'single-step runs, many at once',
  subjects: 'anyone',
  async measure({ openSystem, where, sizes: { singleRuns }, budgetMs, note }) {
    const system = await openSystem();
    await warmUp(system, 'single', singleRuns, budgetMs / 4);
    const before = await writeCount(where);
    const measured = await throughput(system, 'single', singleRuns, budgetMs);
    if (measured.runs < singleRuns) note(`${measured.runs} of ${singleRuns} runs ended within ${budgetMs / 1000} s`);
    const after = await writeCount(where);
    await system.close();
    return { measurement: { ...rateOf(measured, 1, 'runs/s'), ...writesOf(before, after, measured.runs) } };
  },
};

function writesOf(before: number | null, after: number | null, runs: number): Measurement {
  if (before === null || after === null || runs === 0) return {};
  return { 'transactions for each run': { unit: 'transactions', values: [(after - before) / runs] } };
}

/** Nothing where nothing ended: that says no more than that it takes longer. */
export const rateOf = (
  { runs, seconds }: Readonly<{ runs: number; seconds: number }>,
  each: number,
  unit: string,
): Measurement => (runs === 0 ? {} : { throughput: { unit, values: [(runs * each) / seconds] } });

/** Few at a time, since a queue behind which what is measured would have to wait is none of a slow system's own. */
const warmAtOnce = 50;

/** As many runs as will be measured, or those that there is time for; resolves when they have ended. */
export async function warmUp(
  system: Pick<System, 'start' | 'finished'>,
  workflow: string,
  runs: number,
  budgetMs: number,
): Promise<void> {
  const began = performance.now();
  let started = 0;
  const caller = async (): Promise<void> => {
    while (started < runs && performance.now() - began < budgetMs) {
      started += 1;
      await system.finished(await system.start(workflow));
    }
  };
  await Promise.all(Array.from({ length: Math.min(warmAtOnce, runs) }, caller));
}

/** Runs until all have ended, or until the time is over: what was started then is waited for no longer. */
export async function throughput(
  system: Pick<System, 'start' | 'finished'>,
  workflow: string,
  runs: number,
  budgetMs: number,
): Promise<Readonly<{ runs: number; seconds: number }>> {
  const began = performance.now();
  let started = 0;
  let ended = 0;
  let lastEnd = began;
  let over = false;
  const { promise: allEnded, resolve, reject } = Promise.withResolvers<void>();
  const end = async (run: string): Promise<void> => {
    await system.finished(run);
    if (over) return;
    ended += 1;
    lastEnd = performance.now();
    if (ended === runs) resolve();
  };
  const caller = async (): Promise<void> => {
    while (started < runs && !over) {
      started += 1;
      end(await system.start(workflow)).catch(reject);
    }
  };
  const timer = setTimeout(resolve, budgetMs);
  Promise.all(Array.from({ length: Math.min(inFlight, runs) }, caller)).catch(reject);
  await allEnded;
  over = true;
  clearTimeout(timer);
  return { runs: ended, seconds: ((ended === runs ? lastEnd : performance.now()) - began) / 1000 };
}
