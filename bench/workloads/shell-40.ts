import type { Workload } from '../harness.ts';

/** Forty light shell steps one after another. */
export const shell40: Workload = {
  name: 'shell-40',
  describe: '40 light shell steps in a row',
  async measure(system) {
    const began = performance.now();
    await system.finished(await system.start('shell-40'));
    return { duration: { value: performance.now() - began, unit: 'ms' } };
  },
};
