import { createHash } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import type { Pool } from 'pg';

/** Runs the statement of a list. */
export type PreparedLists = <Row>(query: CompiledQuery<Row>) => Promise<readonly Row[]>;

/** Each connection keeps the plans of so many statements. Filters by themselves make some dozens; what people may see, any number. */
const mostPrepared = 200;

/**
 * Planning the statement of a list takes longer than executing it. So one that comes again is prepared: each connection plans it
 * once. The first time it is not, as what comes once alone would fill the connections.
 */
export function prepareLists(pool: Pool): PreparedLists {
  const names = new Map<string, string>();
  const once = new Set<string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size === mostPrepared) return known;
    if (!once.delete(text)) {
      if (once.size === mostPrepared) once.clear();
      once.add(text);
      return undefined;
    }
    const name = `list-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    names.set(text, name);
    return name;
  };
  return async ({ sql: text, parameters }) => {
    const name = nameOf(text);
    const { rows } = await pool.query({ ...(name === undefined ? {} : { name }), text, values: [...parameters] });
    return rows;
  };
}
