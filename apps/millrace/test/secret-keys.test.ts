// Keys of stored secrets that a service unwraps, on a real server: moved there from a file, away at the start, refused.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SecretPeer } from '@millrace/secrets/testkit';
import { vaultPeer } from '@millrace/secrets/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const workflows = `
secrets: { token: }
workflows:
  w:
    steps: { a: { type: shell, cmd: 'test "$TOKEN" = hunter2-of-the-store', env: { TOKEN: "{{ secrets.token }}" } } }
`;

let scratch: Scratch;
let vault: SecretPeer;
let dev: Running;

beforeEach(async () => {
  scratch = makeScratch();
  scratch.write('.workflows/w.yaml', workflows);
  vault = await vaultPeer('approle')(scratch.path);
});
afterEach(async () => {
  await stop();
  await vault.stop();
  scratch.remove();
});

async function begin(...args: readonly string[]): Promise<void> {
  dev = await startDev(scratch, { args, env: vault.environment });
}
async function stop(): Promise<void> {
  dev.child.kill('SIGTERM');
  await dev.ended;
}
const ready = async () => ({ cwd: scratch.path, env: { MILLRACE_URL: await addressOf(dev) } });

it('a server moves to a service, which may be away later, and at the start as well', { timeout: 240_000 }, async () => {
  await begin();
  let remote = await ready();
  await run(['secret', 'set', 'token'], { ...remote, input: 'hunter2-of-the-store' });
  await stop();

  const wrapped = vault.keys?.wrap(randomBytes(32)) ?? '';
  scratch.write('key.wrapped', `${wrapped}\n`);
  scratch.write(
    'millrace.yaml',
    JSON.stringify({ secret_keys: { k: { ...vault.keys?.written, wrapped_file: 'key.wrapped' } } }),
  );
  await begin('--config', 'millrace.yaml');
  remote = await ready();
  // What the key in the data folder has sealed is readable, until the new one has sealed it.
  expect(JSON.parse((await run(['workflow', 'start', 'w', '--wait', '--json'], remote)).stdout)).toMatchObject({
    status: 'succeeded',
  });
  expect((await run(['secret', 'rotate'], remote)).stdout).toMatch(/\b1\b/);
  await stop();

  // The old key is gone, and the service is away: the server starts, and says what it has not.
  scratch.write('data/secrets.key', `${randomBytes(32).toString('base64')}\n`);
  vault.server?.trouble('failing');
  await begin('--config', 'millrace.yaml');
  remote = await ready();
  await dev.says(/The key k of stored secrets cannot be unwrapped by Vault/);
  expect((await run(['secret', 'list'], remote)).stdout).toMatch(/token +unavailable/);
  const started = run(['workflow', 'start', 'w', '--wait', '--json'], remote);
  const before = vault.server?.requests() ?? 0;
  await expect.poll(() => (vault.server?.requests() ?? 0) - before, { timeout: 60_000 }).toBeGreaterThan(2);
  vault.server?.trouble(null);
  expect(JSON.parse((await started).stdout)).toMatchObject({ status: 'succeeded' });
  vault.server?.trouble('away');
  expect(JSON.parse((await run(['workflow', 'start', 'w', '--wait', '--json'], remote)).stdout)).toMatchObject({
    status: 'succeeded',
  });
  dev.child.kill('SIGTERM');
  const { stdout, stderr } = await dev.ended;
  for (const secret of [...vault.credentials, 'hunter2']) expect(stdout + stderr).not.toContain(secret);
});

it('a server whose key the service refuses to unwrap does not start, and says why', { timeout: 120_000 }, async () => {
  const written = { ...vault.keys?.written, wrapped: 'vault:v1:bm90IGEga2V5IG9mIHRoaXMgc2VydmljZQ==' };
  scratch.write('millrace.yaml', JSON.stringify({ secret_keys: { k: written } }));
  await begin('--config', join(scratch.path, 'millrace.yaml'));
  const { exit, stdout, stderr } = await dev.ended;
  expect(exit).not.toBe(0);
  expect(stdout + stderr).toMatch(
    /The key k of stored secrets cannot be unwrapped by Vault .*transit\/millrace.*: it answered 400: /,
  );
  expect(stdout + stderr).toContain('min_decryption_version');
});
