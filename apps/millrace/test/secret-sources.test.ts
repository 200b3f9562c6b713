// Outside sources of a real server: which one a secret comes from, one that is away for a while, one that refuses.
import type { SecretPeer } from '@millrace/secrets/testkit';
import { folderPeer, vaultPeer } from '@millrace/secrets/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const workflows = `
secrets: { token: , mounted: , nowhere: , db: }
workflows:
  w:
    steps: { a: { type: shell, cmd: 'test "$TOKEN" = hunter2-of-vault && echo "is $TOKEN"', env: { TOKEN: "{{ secrets.token }}" } } }
  fields:
    steps:
      a: { type: shell, cmd: 'echo "$MILLRACE_USER:$PASSWORD:{{ secrets.db.port }}" | rev', env: { MILLRACE_USER: "{{ secrets.db.user }}", PASSWORD: "{{ secrets.db.password }}" } }
`;

let scratch: Scratch;
let vault: SecretPeer;
let mounted: SecretPeer;
let dev: Running;
let remote: { cwd: string; env: Record<string, string> };

beforeEach(async () => {
  scratch = makeScratch();
  scratch.write('.workflows/w.yaml', workflows);
  vault = await vaultPeer('approle')(scratch.path);
  mounted = await folderPeer(scratch.path);
  await vault.put('millrace/main', { token: 'hunter2-of-vault' });
  await mounted.put('mounted', 'hunter2-of-the-folder');
  await mounted.put('db', { user: 'etl', password: 'hunter2-of-the-fields', port: 5432 });
  const team = { ...vault.written, key: 'millrace/{workspace}', field: '{name}', cache: '0s' };
  const config = { secret_sources: { team, mounted: { ...mounted.written, path: 'mounted' } } };
  scratch.write('millrace.yaml', JSON.stringify(config));
  dev = await startDev(scratch, { args: ['--config', 'millrace.yaml'], env: vault.environment });
  remote = { cwd: scratch.path, env: { MILLRACE_URL: await addressOf(dev) } };
}, 120_000);
afterEach(async () => {
  dev.child.kill('SIGTERM');
  await dev.ended;
  await vault.stop();
  scratch.remove();
});

const list = async () => (await run(['secret', 'list'], remote)).stdout;
const startRun = () => run(['workflow', 'start', 'w', '--wait', '--json'], remote);

it('gives secrets from them, and tells which one has it, never what it is', { timeout: 120_000 }, async () => {
  const shown = await list();
  expect(shown).toMatch(/token +vault team +yes/);
  expect(shown).toMatch(/mounted +folder mounted +no/);
  expect(shown).toMatch(/nowhere +no/);
  expect(shown).not.toContain('hunter2');
  expect(JSON.parse((await startRun()).stdout)).toMatchObject({ status: 'succeeded' });
  const fields = JSON.parse((await run(['workflow', 'start', 'fields', '--wait', '--json'], remote)).stdout);
  const logs = (await run(['run', 'logs', fields.id], remote)).stdout;
  expect(logs).toContain([...'etl:hunter2-of-the-fields:5432'].reverse().join(''));
  const set = await run(['secret', 'set', 'token'], { ...remote, input: 'hunter2-of-the-store' });
  expect(set.stdout).toContain('It does not count yet: the server has a value for it in the source team.');

  vault.server?.trouble('refusing');
  const failed = JSON.parse((await startRun()).stdout);
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'secret_source_refused' } });
  expect(failed.error.message).toMatch(
    /^The source of secrets team \(Vault .*\) gives nothing: it answered 403: .*denied/,
  );
  expect(await list()).toMatch(
    /token +unavailable team +yes[\s\S]*token: The source of secrets team .*.*the role in Vault\./,
  );
});

it('waits for one that is away, and does not take another value instead', { timeout: 120_000 }, async () => {
  await mounted.put('token', 'hunter2-of-another');
  vault.server?.trouble('failing');
  const started = startRun();
  const before = vault.server?.requests() ?? 0;
  await expect.poll(() => (vault.server?.requests() ?? 0) - before, { timeout: 60_000 }).toBeGreaterThan(3);
  vault.server?.trouble(null);
  expect(JSON.parse((await started).stdout)).toMatchObject({ status: 'succeeded' });
});
