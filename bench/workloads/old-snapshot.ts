import { withClient } from '../../packages/store-postgres/src/embedded/login.ts';
import { databaseUrl } from '../millrace/open-engine.ts';
import { openMillrace } from '../millrace/open-millrace.ts';
import { drain, fillQueue } from '../millrace/waiting-runs.ts';
import type { Workload } from '../workload.ts';

/**
 * Somebody leaves a transaction open: what dies meanwhile cannot be cleaned away, and a claim that looks through all of it
 * gets slower with each run that ended. Waiting runs are worked off without and with such a snapshot; the last fifth counts.
 */
export const oldSnapshot: Workload = {
  name: 'old-snapshot',
  describe: 'an old transaction is left open while waiting runs are worked off',
  subjects: 'millrace',
  why: 'compares Millrace with itself',
  needsDatabase: true,
  once: true,
  async measure({ where, worker, sizes: { snapshotRuns } }) {
    const url = databaseUrl(where);
    const millrace = await openMillrace(where, worker);
    const late = async (): Promise<number> => {
      await fillQueue(millrace, url, snapshotRuns);
      return (await drain(millrace, snapshotRuns)).late;
    };
    await late(); // To get warm.
    const free = await late();
    await fillQueue(millrace, url, snapshotRuns);
    const held = await withClient(url, async (client) => {
      await client.query('begin isolation level repeatable read');
      await client.query('select txid_current()');
      return (await drain(millrace, snapshotRuns)).late;
    });
    await millrace.close();
    return {
      measurement: {
        'without it': { unit: 'runs/s', values: [free] },
        'with it': { unit: 'runs/s', values: [held] },
        times: { unit: 'x', values: [free / held] },
      },
    };
  },
};
