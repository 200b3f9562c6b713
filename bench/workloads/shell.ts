import { repeat, timed, type Workload } from '../workload.ts';

const why = 'shell steps are a thing of Millrace';

/** Forty light shell steps one after another: each handed out by the server, or the whole run carried out by one worker. */
export const shell40: Workload = {
  name: 'shell-40',
  describe: '40 light shell steps in a row',
  subjects: 'millrace',
  why,
  async measure({ openSystem, budgetMs }) {
    const system = await openSystem();
    const run = (workflow: string) => () => timed(async () => system.finished(await system.start(workflow)));
    const duration = await repeat({ times: 5, budgetMs: budgetMs / 2 }, run('shell-40'));
    const local = await repeat({ times: 5, budgetMs: budgetMs / 2 }, run('shell-40-local'));
    await system.close();
    return {
      measurement: { duration: { unit: 'ms', values: duration }, 'as a local run': { unit: 'ms', values: local } },
    };
  },
};

/** Many light shell steps beside each other. */
export const shellThroughput: Workload = {
  name: 'shell-throughput',
  describe: 'light shell steps, many at once',
  subjects: 'millrace',
  why,
  async measure({ openSystem, sizes: { shellSteps } }) {
    const system = await openSystem();
    const run = (items: number) => timed(async () => system.finished(await system.start('shell-each', { items })));
    await run(Math.ceil(shellSteps / 10));
    const ms = await run(shellSteps);
    await system.close();
    return { measurement: { throughput: { unit: 'steps/s', values: [shellSteps / (ms / 1000)] } } };
  },
};
