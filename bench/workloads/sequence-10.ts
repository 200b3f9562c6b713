import { percentile } from '../rows.ts';
import { timed, type Workload } from '../workload.ts';
import { rateOf, throughput, warmUp } from './single-step.ts';

const steps = 10;

/** Ten steps one after another: one run at a time, and many runs at once. */
export const sequence10: Workload = {
  name: 'sequence-10',
  describe: 'ten steps in a row',
  subjects: 'anyone',
  async measure({ openSystem, sizes, budgetMs, note }) {
    const system = await openSystem();
    const latencies: number[] = [];
    const began = performance.now();
    const enough = sizes.sequenceSamples * 2; // The first half only warms up.
    while (latencies.length < enough && (latencies.length < 2 || performance.now() - began < budgetMs / 2)) {
      latencies.push(await timed(async () => system.finished(await system.start('sequence'))));
    }
    await warmUp(system, 'sequence', sizes.sequenceRuns, budgetMs / 4);
    const busy = await throughput(system, 'sequence', sizes.sequenceRuns, budgetMs);
    if (busy.runs < sizes.sequenceRuns) {
      note(`${busy.runs} of ${sizes.sequenceRuns} runs at once ended within ${budgetMs / 1000} s`);
    }
    await system.close();
    const measured = latencies.slice(Math.floor(latencies.length / 2));
    return {
      measurement: {
        'idle p50': { unit: 'ms', values: [percentile(measured, 0.5)] },
        ...rateOf(busy, steps, 'steps/s'),
      },
    };
  },
};
