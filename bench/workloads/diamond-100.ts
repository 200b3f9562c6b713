import { repeat, timed, type Workload } from '../workload.ts';

/** A graph of 100 steps: ten diamonds in a row, each of a step, eight beside each other, and one that joins them. */
export const diamond100: Workload = {
  name: 'diamond-100',
  describe: 'a graph of 100 steps, idle',
  subjects: 'millrace',
  why: 'other systems have no graphs: their runs are code',
  async measure({ openSystem, sizes, budgetMs }) {
    const system = await openSystem();
    const values = await repeat({ times: sizes.diamondSamples, budgetMs }, () =>
      timed(async () => system.finished(await system.start('diamond-100'))),
    );
    await system.close();
    return { measurement: { duration: { unit: 'ms', values: values.slice(Math.floor(values.length / 2)) } } };
  },
};
