// Runs every example as a user would, with the real command, and compares what is essential of the outcome.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleWhenStale } from '../apps/millrace/build/bundle-when-stale.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const millrace = fileURLToPath(new URL('../apps/millrace/bin/millrace.mjs', import.meta.url));
await bundleWhenStale();

type Case = Readonly<{
  workflow: string;
  input: Readonly<Record<string, unknown>>;
  /** Options beside the input. */
  flags?: readonly string[];
  env?: Readonly<Record<string, string>>;
  exit: number;
  run?: Readonly<Record<string, unknown>>;
  steps?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  hooks?: readonly unknown[];
  error?: Readonly<Record<string, unknown>>;
}>;

function run(
  args: readonly string[],
  more: Case['env'] = {},
): Promise<Readonly<{ exit: number; stdout: string; stderr: string }>> {
  const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...more } };
  return new Promise((resolve) => {
    execFile(process.execPath, [millrace, ...args], options, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const hasTests = (path: string): boolean =>
  readdirSync(join(path, '.workflows')).some((file) => file.endsWith('.test.yaml'));

const examples = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(examples.map((entry) => entry.name))('example %s', (name) => {
  const path = join(folder, name);
  const { cases } = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8')) as { cases: readonly Case[] };

  it('is valid without warnings', async () => {
    const { exit, stdout } = await run(['validate', path, '--json']);
    expect(JSON.parse(stdout)).toEqual({ diagnostics: [] });
    expect(exit).toBe(0);
  });

  if (hasTests(path)) {
    it('passes its own tests', async () => {
      const { exit, stdout } = await run(['test', path]);
      expect(exit, stdout).toBe(0);
    });
  }

  it.each(cases)(
    'gives what is expected: $workflow $input',
    async ({ workflow, input, flags = [], env, exit, ...expected }) => {
      const found = await run(['run', path, workflow, '--input', JSON.stringify(input), ...flags, '--json'], env);
      expect(JSON.parse(found.stdout), found.stderr).toMatchObject(expected);
      expect(found.exit).toBe(exit);
    },
  );
});
