import type { LogText } from './checks/histories.ts';
import type { Cluster } from './cluster.ts';

/** The logs of all runs, as a server gives them. */
export async function readLogs({ servers, token, store: { queries } }: Cluster): Promise<readonly LogText[]> {
  const [server] = servers;
  const lines: LogText[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queries.listRuns>> = await queries.listRuns({}, { limit: 200, after });
    for (const { id } of page.items)
      lines.push(...(await readLog(`${server?.proxy.url}/api/v1/runs/${id}`, token, id)));
    after = page.next;
  } while (after !== null);
  return lines;
}

async function readLog(url: string, token: string, run: string): Promise<readonly LogText[]> {
  const response = await fetch(`${url}/logs/content?format=json`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status === 404) return []; // No attempt of it wrote anything.
  if (!response.ok) throw new Error(`The logs of run ${run} cannot be read: ${response.status} ${text}`);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ run, ...(JSON.parse(line) as Omit<LogText, 'run'>) }));
}
