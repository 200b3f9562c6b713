import type { Instant } from '@millrace/core';
import type { RunFilter } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const idBounds = readStatement(import.meta.url, 'id-bounds');

/** Runs outside of these ids cannot have been created in the time asked for; both ends are exclusive. */
export type IdBounds = Readonly<{ above: string | null; below: string | null }>;

/**
 * How much later than its id a run may be created. Servers take ids in blocks and a start may be held up, so ids follow the
 * time of creation only roughly; a run's own time is compared exactly afterwards.
 */
const slackMs = 10 * 60_000;

export async function findIdBounds(database: Database, { createdAfter, createdBefore }: RunFilter): Promise<IdBounds> {
  const find = async (at: Instant) => {
    const [row] = await database.query<IdBounds>(idBounds, [Math.round(at)]);
    return row ?? { above: null, below: null };
  };
  const [after, before] = await Promise.all([
    createdAfter === undefined ? null : find(createdAfter - slackMs),
    createdBefore === undefined ? null : find(createdBefore + slackMs),
  ]);
  return { above: after?.above ?? null, below: before?.below ?? null };
}
