import { databaseUrl } from '../millrace/open-engine.ts';
import { openMillrace } from '../millrace/open-millrace.ts';
import { drain, fillQueue } from '../millrace/waiting-runs.ts';
import { percentile } from '../rows.ts';
import type { Workload } from '../workload.ts';
import { startLatencies } from './start-latency.ts';

/**
 * A million runs wait in a queue. How fast is another run in another queue begun, and how fast are the waiting ones worked
 * off, against a queue that holds only as many as are worked off?
 */
export const queuedMillion: Workload = {
  name: 'queued-million',
  describe: 'a million runs wait',
  subjects: 'millrace',
  why: 'compares Millrace with itself',
  needsDatabase: true,
  once: true,
  async measure({ where, worker, sizes: { queuedRuns, drainedRuns, latencySamples }, budgetMs }) {
    const url = databaseUrl(where);
    const millrace = await openMillrace(where, worker);
    const latency = async (): Promise<number> => {
      const live = await millrace.startWorker(['default']);
      await startLatencies(millrace, 'single', latencySamples, budgetMs / 4);
      const samples = await startLatencies(millrace, 'single', latencySamples * 2, budgetMs / 4);
      await live.stop();
      return percentile(samples, 0.5);
    };
    await fillQueue(millrace, url, drainedRuns);
    await drain(millrace, drainedRuns); // To get warm.
    const empty = { start: await latency(), claim: 0 };
    await fillQueue(millrace, url, drainedRuns);
    empty.claim = (await drain(millrace, drainedRuns)).rate;
    await fillQueue(millrace, url, queuedRuns);
    const full = { start: await latency(), claim: (await drain(millrace, drainedRuns)).rate };
    await millrace.close();
    return {
      measurement: {
        'start p50, none waits': { unit: 'ms', values: [empty.start] },
        'start p50, a million wait': { unit: 'ms', values: [full.start] },
        'start, times': { unit: 'x', values: [full.start / empty.start] },
        'worked off, few wait': { unit: 'runs/s', values: [empty.claim] },
        'worked off, a million wait': { unit: 'runs/s', values: [full.claim] },
        'claim, times': { unit: 'x', values: [empty.claim / full.claim] },
      },
    };
  },
};
