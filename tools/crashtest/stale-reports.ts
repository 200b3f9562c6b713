import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';

export type StaleReports = Readonly<{ total: () => number; stop(): Promise<void> }>;

/** Adds up how many reports of lost attempts the servers refused, without what each counted just before its death. */
export function watchStaleReports({ servers, token }: Cluster): StaleReports {
  const seen = new Map<string, number>();
  let stopped = false;
  const look = async (): Promise<void> => {
    for (const { process, proxy } of servers) {
      const { pid } = process;
      try {
        const headers = { authorization: `Bearer ${token}` };
        const response = await fetch(`${proxy.url}/metrics`, { headers, signal: AbortSignal.timeout(2_000) });
        const found = /^millrace_stale_reports_total (\d+)/m.exec(await response.text());
        if (found !== null && pid === process.pid) seen.set(`${process.name} ${pid}`, Number(found[1]));
      } catch {
        // It is down at the moment.
      }
    }
  };
  const loop = (async () => {
    while (!stopped) {
      await look();
      await sleep(1_000);
    }
    await look();
  })();
  return {
    total: () => [...seen.values()].reduce((sum, value) => sum + value, 0),
    async stop() {
      stopped = true;
      await loop;
    },
  };
}
