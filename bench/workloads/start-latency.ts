import { percentile, type Workload } from '../harness.ts';

const samples = 100;

/** From the call that starts a run to the first line of its step's body, one run at a time on an idle system. */
export const startLatency: Workload = {
  name: 'start-latency',
  describe: 'start call to first line of the body, idle',
  async measure(system) {
    const latencies: number[] = [];
    let began = 0;
    const stop = system.onBody((_, at) => latencies.push(at - began));
    for (let sample = 0; sample < samples; sample += 1) {
      began = performance.now();
      await system.finished(await system.start('single'));
    }
    stop();
    return {
      p50: { value: percentile(latencies, 0.5), unit: 'ms' },
      p99: { value: percentile(latencies, 0.99), unit: 'ms' },
    };
  },
};
