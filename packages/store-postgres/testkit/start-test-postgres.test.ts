import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { withClient } from '../src/embedded/login.ts';
import { startTestPostgres, type TestPostgres } from './start-test-postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 120_000);
afterAll(() => server?.stop(), 120_000);

const run = (url: string, sql: string) => withClient(url, (client) => client.query(sql));

test('each database is fresh, and gone after its drop even while someone is connected', async () => {
  const [one, two] = await Promise.all([server.createDatabase(), server.createDatabase()]);
  await run(one.url, 'create table t (a int)');
  await expect(run(two.url, 'select * from t')).rejects.toMatchObject({ code: '42P01' });
  await withClient(one.url, async (client) => {
    await client.query('select 1');
    await one.drop();
  });
  await expect(run(one.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  await two.drop();
});

test('a template is prepared once, also when several processes ask at once, and copied for each', async () => {
  const prepare = vi.fn(async (url: string) => {
    await run(url, 'create table t as select 1 as a');
  });
  const sharers = await Promise.all([1, 2, 3].map(() => startTestPostgres({ url: server.url })));
  const databases = await Promise.all(sharers.map((sharer) => sharer.createDatabase({ name: 'schema "1"', prepare })));
  expect(prepare).toHaveBeenCalledTimes(1);
  for (const { url } of databases) expect((await run(url, 'select a from t')).rows).toEqual([{ a: 1 }]);
  for (const sharer of sharers) await sharer.stop();
  for (const { url } of databases) await expect(run(url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
});

test('a template whose preparation failed is not used', async () => {
  const failing = { name: 'flaky', prepare: () => Promise.reject(new Error('bad migration')) };
  await expect(server.createDatabase(failing)).rejects.toThrow('bad migration');
  const database = await server.createDatabase({
    name: 'flaky',
    prepare: (url) => run(url, 'create table ok ()').then(() => {}),
  });
  await run(database.url, 'select * from ok');
  await database.drop();
});

test('a run that is killed leaves neither server nor folder behind', { timeout: 120_000 }, async () => {
  const module = fileURLToPath(new URL('./start-test-postgres.ts', import.meta.url));
  const login = fileURLToPath(new URL('../src/embedded/login.ts', import.meta.url));
  const script = `import { withClient } from ${JSON.stringify(login)};
    import { startTestPostgres } from ${JSON.stringify(module)};
    const server = await startTestPostgres();
    const dir = await withClient(server.url, (c) => c.query("select pg_backend_pid() as pid, pg_read_file('postmaster.pid') as file"));
    console.log(dir.rows[0].file.split('\\n')[0] + ' ' + (await import('node:fs')).readlinkSync('/proc/' + dir.rows[0].file.split('\\n')[0] + '/cwd'));
    setInterval(() => {}, 1000);`;
  const { MILLRACE_TEST_POSTGRES_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const ended = once(child, 'close');
  let pid = 0;
  let clusterDir = '';
  for await (const line of createInterface({ input: child.stdout })) {
    [pid, clusterDir] = [Number(line.split(' ')[0]), line.split(' ').slice(1).join(' ')];
    break;
  }
  expect(existsSync(clusterDir)).toBe(true);
  child.kill('SIGKILL');
  await ended;
  await vi.waitFor(
    () =>
      expect([existsSync(`/proc/${pid}`), existsSync(clusterDir.replace(/\/postgres$/, ''))]).toEqual([false, false]),
    {
      timeout: 60_000,
    },
  );
});
