import type { OldOutcome } from '@millrace/engine';

/** What a step of a walk through history tells. */
export type OldRow = Readonly<{
  looked: number;
  removed: number;
  /** Whether anything that it looked at is old enough by its beginning. */
  any_old: boolean | null;
  last: string | null;
}>;

export function decodeOld<Id extends string>(
  row: OldRow | undefined,
  limit: number,
  idOf: (text: string) => Id,
): OldOutcome<Id> {
  if (row === undefined) throw new Error('PostgreSQL gave no row for a count.');
  const { looked, removed, any_old, last } = row;
  return { removed, next: looked === limit && any_old === true && last !== null ? idOf(last) : null };
}
