import { now } from '../clock.ts';
import { percentile } from '../rows.ts';
import type { System } from '../system.ts';
import type { Workload } from '../workload.ts';

/** From the call that starts a run to the first line of its step's body, one run at a time on an idle system. */
export const startLatency: Workload = {
  name: 'start-latency',
  describe: 'start call to first line of the body, idle',
  subjects: 'anyone',
  async measure({ openSystem, sizes, budgetMs }) {
    const system = await openSystem();
    await startLatencies(system, 'single', sizes.latencySamples, budgetMs / 4);
    const latencies = await startLatencies(system, 'single', sizes.latencySamples, budgetMs);
    await system.close();
    return {
      measurement: {
        p50: { unit: 'ms', values: [percentile(latencies, 0.5)] },
        p99: { unit: 'ms', values: [percentile(latencies, 0.99)] },
      },
    };
  },
};

/** At most so many samples, and at least one, of a workflow whose first step tells that its body began. */
export async function startLatencies(
  system: Pick<System, 'start' | 'finished' | 'onBody'>,
  workflow: string,
  samples: number,
  budgetMs: number,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  const until = now() + budgetMs;
  let began = 0;
  let arrived: (at: number) => void = () => {};
  const stop = system.onBody((at) => arrived(at));
  do {
    const body = new Promise<number>((resolve) => {
      arrived = resolve;
    });
    began = now();
    const run = await system.start(workflow);
    latencies.push((await body) - began);
    await system.finished(run);
  } while (latencies.length < samples && now() < until);
  stop();
  return latencies;
}
