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
  /**
   * Runs a transaction on one connection. `first` are sent together with its beginning; what they give decides what follows.
   * A transaction that throws is rolled back.
   */
  transaction<Result>(
    first: readonly Query[],
    then: (results: readonly (readonly Row[])[], query: TransactionQuery) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}>;

export type Query = Readonly<{ statement: Statement; values: readonly unknown[] }>;
export type TransactionQuery = <Result = Row>(query: Query) => Promise<readonly Result[]>;

/** A server that dies in the middle of a transaction, or is cut off, keeps what it locked no longer than this. */
const idleTransactionMs = 5_000;

/** Waits for all, so that none is still on its way when the connection is given back; throws the first failure. */
async function settledAll<Result>(sent: readonly Promise<Result>[]): Promise<readonly Result[]> {
  const outcomes = await Promise.allSettled(sent);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

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
    async transaction(first, then) {
      const action = first.map(({ statement }) => statement.name.replaceAll('-', ' ')).join(', ');
      let client: PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        throw wrapPostgresError(error, action);
      }
      const send = ({ statement, values }: Query) => client.query(prepared(statement, values));
      try {
        const sent = await settledAll([
          client.query('begin'),
          client.query(`set local idle_in_transaction_session_timeout = ${idleTransactionMs}`),
          ...first.map(send),
        ]);
        const results = sent.slice(2).map(({ rows }) => rows as readonly Row[]);
        const result = await then(results, async (query) => (await send(query)).rows);
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        // Not rolled back but left: a broken connection answers nothing, and the server rolls back what it loses.
        client.release(true);
        throw wrapPostgresError(error, action);
      }
    },
    close: () => pool.end(),
  };
}
