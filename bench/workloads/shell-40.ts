import type { Workload } from '../harness.ts';

const shell = (workflow: string, describe: string): Workload => ({
  name: workflow,
  describe,
  async measure(system) {
    const began = performance.now();
    await system.finished(await system.start(workflow));
    return { duration: { value: performance.now() - began, unit: 'ms' } };
  },
});

/** Forty light shell steps one after another: each handed out by the server, or the whole run carried out by one worker. */
export const shell40 = shell('shell-40', '40 light shell steps in a row');
export const shell40Local = shell('shell-40-local', '40 light shell steps in a row, as a local run');
