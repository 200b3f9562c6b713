import { percentile } from '../rows.ts';
import type { System } from '../system.ts';
import { repeat, timed, type Workload } from '../workload.ts';

const times = 10;

/** One step for each of 1,000 items, then one step that joins them. */
export const fanOut1000: Workload = {
  name: 'fan-out-1000',
  describe: '1,000 items and a join',
  subjects: 'fan-out',
  async measure({ openSystem, sizes, budgetMs }) {
    const system = await openSystem();
    const values = await repeat({ times, budgetMs }, () => fanOut(system, sizes.fanOutItems));
    await system.close();
    return { measurement: { duration: { unit: 'ms', values } } };
  },
};

/** The same with a hundred times as many: does an item still cost as much? */
export const fanOut100000: Workload = {
  name: 'fan-out-100000',
  describe: '100,000 items and a join, against 1,000',
  subjects: 'millrace',
  why: 'compares Millrace with itself',
  async measure({ openSystem, sizes: { fanOutItems, largeFanOutItems }, budgetMs }) {
    const system = await openSystem();
    const small = await repeat({ times, budgetMs: budgetMs / 2 }, () => fanOut(system, fanOutItems));
    const large = await fanOut(system, largeFanOutItems);
    await system.close();
    const each = { small: (median(small) * 1_000) / fanOutItems, large: (large * 1_000) / largeFanOutItems };
    return {
      measurement: {
        duration: { unit: 'ms', values: [large] },
        'each of 1,000': { unit: 'us', values: [each.small] },
        'each of 100,000': { unit: 'us', values: [each.large] },
        growth: { unit: 'x', values: [each.large / each.small] },
      },
    };
  },
};

const fanOut = (system: System, items: number): Promise<number> =>
  timed(async () => system.finished(await system.start('fan-out', { items })));

const median = (values: readonly number[]): number => percentile(values, 0.5);
