import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretSource } from '@millrace/engine';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServerSecrets, openServerSecrets } from './server-secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, mode = 0o600): string {
  const file = join(folder, 'secrets');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** What an engine does: the first that knows it. */
async function first(sources: readonly SecretSource[], name: string): Promise<string | null> {
  for (const source of sources) {
    const value = await source.resolve({ workspace: 'main', name });
    if (value !== null) return value;
  }
  return null;
}

it('come from the environment first, then from the file, which may change', async () => {
  const file = write('hook=from-file\nother="two words"\n# a remark\n');
  const sources = createServerSecrets(file, { MILLRACE_SECRET_HOOK: 'from-env', MILLRACE_SECRET_DEPLOY_KEY: 'k' });
  const secrets = { resolve: (name: string) => first(sources, name) };
  expect(await secrets.resolve('hook')).toBe('from-env');
  expect(await secrets.resolve('deploy-key')).toBe('k');
  expect(await secrets.resolve('other')).toBe('two words');
  expect(await secrets.resolve('none')).toBeNull();
  expect(await secrets.resolve('constructor')).toBeNull();
  write('other=new\n');
  expect(await secrets.resolve('other')).toBe('new');
  expect(await first(createServerSecrets(undefined, {}), 'hook')).toBeNull();
  expect(sources.map((source) => source.place({ workspace: 'main', name: 'deploy-key' }))).toEqual([
    'the environment variable MILLRACE_SECRET_DEPLOY_KEY',
    `deploy-key in the secrets file ${file}`,
  ]);
});

it.each([0o640, 0o604, 0o644])('a file of mode %o is refused, without a word of what is in it', async (mode) => {
  const opened = openServerSecrets(write('hook=hunter2\n', mode));
  await expect(opened).rejects.toMatchObject({ code: 'configuration', hint: expect.stringContaining('chmod 600') });
  await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
});

it('a file that is not there is told at the start', async () => {
  await expect(openServerSecrets(join(folder, 'none'))).rejects.toMatchObject({ code: 'configuration' });
});
