import type { PoolClient } from 'pg';
import { type ConnectionTarget, hotConnection } from './connection-settings.ts';
import { openPool } from './open-pool.ts';
import { wrapPostgresError } from './postgres-error.ts';
import { inSchema, type Statement } from './statement.ts';

type Row = Readonly<Record<string, unknown>>;

/** The engine's connections to one schema, commits excepted. */
export type Database = Readonly<{
  schema: string;
  /** Runs one statement on any free connection. */
  query<Result = Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Result[]>;
  /** Runs several that see the same moment, sent together. */
  snapshot<Results extends readonly (readonly unknown[])[]>(
    queries: readonly Readonly<{ statement: Statement; values: readonly unknown[] }>[],
  ): Promise<Results>;
  close(): Promise<void>;
}>;

export function openDatabase(
  target: ConnectionTarget,
  schema: string,
  size: number,
  onError: (error: unknown) => void,
): Database {
  const pool = openPool({ ...hotConnection(target), pipeline: true, max: size, idleTimeoutMillis: 60_000 }, onError);
  const texts = new Map<Statement, string>();
  const prepared = (statement: Statement, values: readonly unknown[]) => {
    let text = texts.get(statement);
    if (text === undefined) {
      text = inSchema(statement.text, schema);
      texts.set(statement, text);
    }
    return { name: statement.name, text, values: [...values] };
  };
  return {
    schema,
    async query<Result>(statement: Statement, values: readonly unknown[]): Promise<readonly Result[]> {
      try {
        const { rows } = await pool.query(prepared(statement, values));
        return rows as readonly Result[];
      } catch (error) {
        throw wrapPostgresError(error, statement.name.replaceAll('-', ' '));
      }
    },
    async snapshot<Results extends readonly (readonly unknown[])[]>(
      queries: readonly Readonly<{ statement: Statement; values: readonly unknown[] }>[],
    ): Promise<Results> {
      const action = queries.map(({ statement }) => statement.name.replaceAll('-', ' ')).join(', ');
      let client: PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        throw wrapPostgresError(error, action);
      }
      const sent = [
        client.query('begin isolation level repeatable read, read only'),
        ...queries.map(({ statement, values }) => client.query(prepared(statement, values))),
        client.query('commit'),
      ];
      const outcomes = await Promise.allSettled(sent);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      client.release(failed === undefined ? undefined : true);
      if (failed !== undefined) throw wrapPostgresError(failed.reason, action);
      const results = outcomes
        .slice(1, -1)
        .map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.rows : []));
      return results as unknown as Results;
    },
    close: () => pool.end(),
  };
}
