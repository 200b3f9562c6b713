import type { Workload } from '../harness.ts';

const runs = 10_000;

/** Many single-step runs at once: from the first start call to the end of the last run. */
export const singleStep: Workload = {
  name: 'single-step',
  describe: `${runs} single-step runs at once`,
  async measure(system) {
    const before = system.commits();
    const began = performance.now();
    await Promise.all(
      Array.from({ length: runs }, async () => {
        await system.finished(await system.start('single'));
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    return {
      throughput: { value: runs / seconds, unit: 'runs/s' },
      'commits per run': { value: (system.commits() - before) / runs, unit: '' },
    };
  },
};
