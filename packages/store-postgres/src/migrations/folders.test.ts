import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';

let server: TestPostgres | null = null;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server?.stop());

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

it('what was pinned and cached before is in the folder that its revision tells, where that is still known', async () => {
  const database = await server?.createDatabase();
  const client = new pg.Client({ connectionString: database?.url });
  await client.connect();
  try {
    await client.query('create schema millrace');
    const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.sql'));
    const earlier = files.sort().filter((name) => name < '0018');
    for (const name of earlier) await client.query(read(name));
    const workflows = [
      { name: 'load', description: 'with U+0000: \u0000', file: '.workflows/etl/nightly/load.yaml' },
      { name: 'top', file: '.workflows/top.yaml' },
      { name: 'deploy.load', file: '.workflows/etl/load.yaml' },
      { name: 'old' },
    ];
    await client.query(
      `insert into millrace.revision (workspace, revision, workflows, triggers, files, queues, created_at)
       values ('shop', 'r1', $1, '[]', null, '[]', 0)`,
      [JSON.stringify(workflows)],
    );
    for (const [index, { name }] of workflows.entries()) {
      await client.query('insert into millrace.workflow (workspace, name) values ($1, $2)', ['shop', name]);
      await client.query(
        `insert into millrace.pinned_workflow (workflow, revision, plan)
         select id, r, 'p' from millrace.workflow, (values ('r1'), ('forgotten')) x (r) where name = $1`,
        [name],
      );
      await client.query(
        `insert into millrace.run_origin (id, pinned, workflow, child, created_at, facts, input)
         select $1, p.id, p.workflow, false, 0, '{}', '{}' from millrace.pinned_workflow p
         join millrace.workflow w on w.id = p.workflow where w.name = $2 and p.revision = 'r1'`,
        [index, name],
      );
      await client.query(
        `insert into millrace.cache (workspace, key, label, workflow, step, run, created_at, expires_at)
         values ('shop', $1, '', $1, 's', $2, 0, 1)`,
        [name, index],
      );
    }
    await client.query(`insert into millrace.schedule_revision values ('shop', 'r1')`);
    await client.query(read('0018-folders.sql'));
    const { rows } = await client.query(
      `select w.name, p.revision, p.folder from millrace.pinned_workflow p join millrace.workflow w on w.id = p.workflow
       where p.folder <> ''`,
    );
    expect(rows).toEqual([{ name: 'load', revision: 'r1', folder: 'etl/nightly' }]);
    const cached = await client.query(`select workflow, folder from millrace.cache where folder <> ''`);
    expect(cached.rows).toEqual([{ workflow: 'load', folder: 'etl/nightly' }]);
    expect((await client.query('select * from millrace.schedule_revision')).rows).toEqual([]);
  } finally {
    await client.end();
  }
});
