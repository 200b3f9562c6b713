// The evaluator that answers a single request and the condition that restricts lists are two programs with one meaning:
// here they judge the same random objects by the same random grants, the second one in a real PostgreSQL.
import {
  type Grant,
  isWithinReach,
  namedObject,
  type PermissionObject,
  permissions,
  type Reach,
  reachOf,
  type Selector,
} from '@millrace/core';
import fc from 'fast-check';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../testkit/start-test-postgres.ts';
import { reachConditions } from './reach-condition.ts';
import { and } from './run-candidates.ts';

let server: TestPostgres | null = null;
let database: TestDatabase | null = null;
let db: Kysely<unknown> | null = null;

beforeAll(async () => {
  server = await startTestPostgres();
  database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  db = new Kysely({ dialect: new PostgresDialect({ pool }) });
});
afterAll(async () => {
  await db?.destroy();
  await server?.stop();
});

/** Few letters, so that things match, and those that mean something in a pattern of either kind. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', '\\', 'ä'), maxLength: 3 });
const pattern = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '*', '%', '_', '\\', 'ä'), maxLength: 3 }),
  text.map((part) => `${part.slice(0, 1)}*`),
  text.map((part) => `*${part.slice(0, 1)}*`),
);
/** Also with what means something in a pattern, since it must not here. */
const folder = fc
  .array(fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', '\\', '*'), minLength: 1, maxLength: 2 }), {
    maxLength: 3,
  })
  .map((parts) => parts.join('/'));
const half = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 1, arbitrary: value }, { weight: 3, arbitrary: fc.constant(undefined) });
const selector: fc.Arbitrary<Selector> = fc
  .record({
    workspace: half(pattern),
    name: half(pattern),
    folder: seldom(folder.filter((one) => one !== '')),
    label: seldom(fc.constantFrom('x', 'y')),
    own: seldom(fc.constant(true as const)),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
const permission = fc.constantFrom('run:read' as const, 'run:control' as const);
const grant: fc.Arbitrary<Grant> = fc.record({
  effect: fc.constantFrom('allow' as const, 'allow' as const, 'allow' as const, 'deny' as const),
  permission: fc.oneof(permission, fc.constantFrom('run:*' as const, '*:read' as const, '*' as const)),
  where: selector,
});
const object: fc.Arbitrary<PermissionObject> = fc.record({
  workspace: fc.option(text, { freq: 9 }),
  name: fc.option(text, { freq: 9 }),
  folder: fc.option(
    folder.filter((one) => one !== ''),
    { freq: 9 },
  ),
  labels: fc.subarray(['x', 'y', 'z']),
  owner: fc.option(fc.constantFrom('ada', 'bob')),
});
const reach: fc.Arbitrary<Reach> = fc
  .record({
    roles: fc.array(
      fc.record({
        grants: fc.array(grant, { minLength: 1, maxLength: 6 }),
        where: fc.oneof(selector, fc.constant({}), fc.constant({})),
      }),
      { maxLength: 4 },
    ),
    scopes: fc.option(fc.array(grant, { minLength: 1, maxLength: 6 }), { freq: 1 }),
    permission,
  })
  .map(({ roles, scopes, permission: asked }) => {
    const bound = roles.map(({ grants, where }) => ({ role: { name: 'r', description: '', grants }, where }));
    return reachOf({ actor: 'ada', roles: bound, scopes }, asked);
  });

async function selected(given: Reach, objects: readonly PermissionObject[]): Promise<readonly number[]> {
  if (db === null) throw new Error('There is a database while the tests run.');
  const conditions = reachConditions(given, {
    workspace: sql`o.workspace`,
    name: sql`o.name`,
    folder: sql`coalesce(o.folder, '')`,
    label: (label) => sql`o.labels ? ${label}`,
    owner: (owner) => sql`coalesce(o.owner = ${owner}, false)`,
  });
  const { rows } = await sql<{ index: number }>`
    select (x.index - 1)::int as index
    from jsonb_array_elements(${JSON.stringify(objects)}::jsonb) with ordinality x (value, index),
      jsonb_to_record(x.value) as o (workspace text, name text, folder text, labels jsonb, owner text)
    where ${and(conditions)}
    order by 1`.execute(db);
  return rows.map(({ index }) => index);
}

it('the condition selects exactly what the evaluator lets through', { timeout: 60_000 }, async () => {
  let within = 0;
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(reach, fc.array(object, { minLength: 20, maxLength: 40 }), async (given, objects) => {
      const expected = objects.flatMap((one, index) => (isWithinReach(given, one) ? [index] : []));
      within += expected.length;
      judged += objects.length;
      expect(await selected(given, objects)).toEqual(expected);
    }),
    { numRuns: 400 },
  );
  // Neither everything nor nothing: the two had something to agree on.
  expect(within / judged).toBeGreaterThan(0.05);
  expect(within / judged).toBeLessThan(0.9);
});

it('nothing is asked of those who reach everything, and nobody who reaches nothing gets a row', async () => {
  const admin = {
    role: { name: 'a', description: '', grants: [{ effect: 'allow', permission: '*', where: {} }] },
    where: {},
  };
  for (const one of permissions) {
    expect(reachConditions(reachOf({ actor: 'ada', roles: [admin as never], scopes: null }, one), {})).toEqual([]);
  }
  const nothing = reachOf({ actor: 'ada', roles: [], scopes: null }, 'run:read');
  expect(await selected(nothing, [namedObject('a', 'a', 'a')])).toEqual([]);
});
