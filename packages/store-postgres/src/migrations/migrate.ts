import { readdirSync, readFileSync } from 'node:fs';
import { MillraceError } from '@millrace/core';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { wrapPostgresError } from '../connections/postgres-error.ts';
import { inSchema } from '../connections/statement.ts';

/**
 * Brings the schema up to this version of Millrace. Migrations only go forward and each is a file of SQL. Several servers
 * may start at once: one migrates, the others wait for its lock. A schema that a newer Millrace migrated is refused.
 */
export async function migrate(db: Kysely<unknown>, schema: string): Promise<{ applied: string[] }> {
  const migrations = readMigrations(schema);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: schema,
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error, results } = await migrator.migrateToLatest().catch((failure) => ({ error: failure, results: [] }));
  if (error !== undefined) throw await explain(error, db, schema, Object.keys(migrations));
  return {
    applied: (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName),
  };
}

function readMigrations(schema: string): Record<string, Migration> {
  const names = readdirSync(new URL('.', import.meta.url)).filter((name) => /^\d{4}-.+\.sql$/.test(name));
  const migrations = names.sort().map((name): [string, Migration] => {
    const text = inSchema(readFileSync(new URL(name, import.meta.url), 'utf8'), schema);
    return [name.replace(/\.sql$/, ''), { up: async (db) => void (await sql.raw(text).execute(db)) }];
  });
  return Object.fromEntries(migrations);
}

async function explain(
  error: unknown,
  db: Kysely<unknown>,
  schema: string,
  known: readonly string[],
): Promise<MillraceError> {
  const unknown = await findUnknown(db, schema, known).catch(() => []);
  if (unknown.length === 0) return wrapPostgresError(error, 'migrate the schema');
  return new MillraceError(
    'configuration',
    `The database schema ${schema} is newer than this Millrace: it does not know the migration ${unknown.join(', ')}.`,
    { hint: 'Start the newer version of Millrace again, or restore the backup made before the upgrade.', cause: error },
  );
}

async function findUnknown(db: Kysely<unknown>, schema: string, known: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(`${schema}.migration`)} order by name`.execute(db);
  return rows.map((row) => row.name).filter((name) => !known.includes(name));
}
