import { percentile, type Workload } from '../harness.ts';

const samples = 30;
const atOnce = 500;

/** Ten steps one after another, one run at a time: from the start call to the end of the run. */
export const sequence10Idle: Workload = {
  name: 'sequence-10',
  describe: 'ten steps in a row, idle',
  async measure(system) {
    const latencies: number[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const began = performance.now();
      await system.finished(await system.start('sequence'));
      latencies.push(performance.now() - began);
    }
    return { p50: { value: percentile(latencies, 0.5), unit: 'ms' } };
  },
};

/** The same, 500 runs at once. */
export const sequence10Busy: Workload = {
  name: 'sequence-10-busy',
  describe: `${atOnce} runs of ten steps at once`,
  async measure(system) {
    const began = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        await system.finished(await system.start('sequence'));
      }),
    );
    return { throughput: { value: (atOnce * 10) / ((performance.now() - began) / 1000), unit: 'steps/s' } };
  },
};
