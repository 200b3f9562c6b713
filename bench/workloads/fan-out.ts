import type { Workload } from '../harness.ts';

/** One step for each of many items, then one step that joins them. */
export const fanOut = (items: number): Workload => ({
  name: `fan-out-${items}`,
  describe: `${items} items and a join`,
  async measure(system) {
    const began = performance.now();
    await system.finished(await system.start('fan-out', { items }));
    const ms = performance.now() - began;
    return { duration: { value: ms, unit: 'ms' }, 'per item': { value: (ms * 1000) / items, unit: 'us' } };
  },
});
