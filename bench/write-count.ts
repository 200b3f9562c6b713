import { withClient } from '../packages/store-postgres/src/embedded/login.ts';
import type { Where } from './millrace/open-engine.ts';

/**
 * How many transactions have written so far in the PostgreSQL of a cell; null: it has none. Cells are measured one after another,
 * so what is added between two calls is the subject's own.
 */
export async function writeCount(where: Where): Promise<number | null> {
  if (typeof where === 'string') return null;
  return withClient(where.url, async (client) => {
    const { rows } = await client.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    );
    return Number(rows[0]?.next);
  });
}
