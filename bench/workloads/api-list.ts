import { readFileSync } from 'node:fs';
import type { Engine } from '@millrace/engine';
import { createServer } from '@millrace/server';
import { withClient } from '../../packages/store-postgres/src/embedded/login.ts';
import { requestsPerSecond } from '../http/requests-per-second.ts';
import { databaseUrl } from '../millrace/open-engine.ts';
import { openMillrace } from '../millrace/open-millrace.ts';
import { percentile } from '../rows.ts';
import { timed, type Workload } from '../workload.ts';

const listCopies = readFileSync(new URL('../sql/list-copies.sql', import.meta.url), 'utf8');
const workflows = ['single', 'sequence', 'fan-out', 'diamond-100', 'shell-40'];
const copiesAtOnce = 50_000;
/** Runs that small requests ask for in turn. */
const smallRuns = 200;

/** What people look at: the newest, those of a workflow, what failed, and the second page. */
const lists: Readonly<Record<string, string>> = {
  newest: 'limit=50',
  'of a workflow': 'workspace=bench&workflow=sequence&limit=50',
  failed: 'workspace=bench&status=failed&limit=50',
  'succeeded of a workflow': 'workspace=bench&workflow=single&status=succeeded&limit=50',
};

/** The list of runs through the API with ten million of them in the database, and how many small requests are answered. */
export const apiList: Workload = {
  name: 'api-list',
  describe: 'lists of runs with ten million in the database',
  subjects: 'server',
  why: 'compares an API that only Millrace has',
  needsDatabase: true,
  once: true,
  async measure({ where, sizes: { listedRuns, listRequests }, note }) {
    const millrace = await openMillrace(where, 'in-process');
    const worker = await millrace.startWorker();
    const templates: string[] = [];
    for (const workflow of workflows) {
      const run = await millrace.start(workflow, workflow === 'fan-out' ? { items: 2 } : {});
      await millrace.finished(run);
      templates.push(run);
    }
    const small = Array.from({ length: smallRuns }, () => millrace.start('single'));
    for (const run of small) await millrace.finished(await run);
    await worker.stop();
    await fill(databaseUrl(where), templates, listedRuns);
    note('the runs are rows written by SQL, without attempts: lists do not look at those');

    const server = createServer({ engine: millrace.engine, host: '127.0.0.1', port: 0, version: '0', logger: false });
    const origin = `http://127.0.0.1:${(await server.listen()).port}`;
    const url = `${origin}/api/v1/runs`;
    const ask = async (query: string): Promise<string | null> => {
      const response = await fetch(`${url}?${query}`);
      const { items, next } = (await response.json()) as { items: readonly unknown[]; next: string | null };
      if (!response.ok || items.length === 0) throw new Error(`${url}?${query} gave no runs.`);
      return next;
    };
    const times = new Map<string, number[]>();
    for (let round = 0; round < listRequests; round += 1) {
      for (const [name, query] of Object.entries(lists)) {
        let next: string | null = null;
        const first = await timed(async () => {
          next = await ask(query);
        });
        const second = next === null ? [] : [await timed(() => ask(`${query}&after=${next}`))];
        if (round >= listRequests / 10) times.set(name, [...(times.get(name) ?? []), first, ...second]);
      }
    }
    const rates = await smallRequests(
      millrace.engine,
      origin,
      await Promise.all(small),
      Math.max(50, listRequests * 20),
    );
    await server.close();
    await millrace.close();
    const all = [...times.values()].flat();
    return {
      measurement: {
        p50: { unit: 'ms', values: [percentile(all, 0.5)] },
        p99: { unit: 'ms', values: [percentile(all, 0.99)] },
        ...Object.fromEntries(
          [...times].map(([name, values]) => [`p99, ${name}`, { unit: 'ms', values: [percentile(values, 0.99)] }]),
        ),
        ...Object.fromEntries(
          Object.entries(rates).map(([name, rate]) => [name, { unit: 'requests/s', values: [rate] }]),
        ),
      },
    };
  },
};

/** A run, one of many in turn: without and with somebody to be asked for; and, to compare, what needs no database, and a short list. */
async function smallRequests(
  { people }: Engine,
  origin: string,
  runs: readonly string[],
  requests: number,
): Promise<Readonly<Record<string, number>>> {
  const by = 'bench';
  await people.accounts.create({ name: 'reader', kind: 'service', displayName: null, email: null, password: null, by });
  await people.roles.bind({
    subject: { kind: 'account', name: 'reader' },
    role: 'viewer',
    where: { workspace: 'bench' },
  });
  const { key } = await people.apiKeys.create({ account: 'reader', name: 'bench', scopes: null, lifeMs: null, by });
  const paths = runs.map((run) => `/api/v1/runs/${run}`);
  return {
    'small requests': await requestsPerSecond({ origin, paths, key: null }, requests),
    'small requests, with an API key': await requestsPerSecond({ origin, paths, key }, requests),
    'small requests, ten newest runs': await requestsPerSecond(
      { origin, paths: ['/api/v1/runs?limit=10'], key: null },
      requests,
    ),
    'small requests, health': await requestsPerSecond({ origin, paths: ['/health/live'], key: null }, requests),
  };
}

async function fill(url: string, templates: readonly string[], runs: number): Promise<void> {
  await withClient(url, async (client) => {
    for (let left = Math.ceil(runs / templates.length); left > 0; left -= copiesAtOnce) {
      await client.query(listCopies, [templates, Math.min(left, copiesAtOnce)]);
    }
    await client.query('vacuum (analyze) millrace.run, millrace.run_origin');
    await client.query('checkpoint').catch(() => {}); // Not everybody may.
  });
}
