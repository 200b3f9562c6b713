import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDataFolder } from '@millrace/store-postgres/testkit';
import { afterAll, beforeAll } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';

type DevOptions = Readonly<{
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Where it runs, below the scratch folder. */
  cwd?: string;
}>;

/** Starts `millrace dev`, which keeps what lasts in the folder `data` of the scratch folder; its database is made already. */
export async function startDev(
  scratch: Scratch,
  { args = [], env = {}, cwd = '.' }: DevOptions = {},
): Promise<Running> {
  const data = join(scratch.path, 'data');
  await prepareDataFolder(data);
  return start(['dev', '--port', '0', '--data', data, ...args], { cwd: join(scratch.path, cwd), env });
}

/** Its address, as soon as it is ready. */
export async function addressOf(dev: Running): Promise<string> {
  const [, address = ''] = await dev.says(/ready at (http:\/\/127\.0\.0\.1:\d+)/);
  return address;
}

/** A server for the tests of one file, on what `prepare` writes, and the command that talks to it. */
export function serveDev(prepare: (scratch: Scratch) => void) {
  let scratch: Scratch;
  let dev: Running;
  let address: string;
  beforeAll(async () => {
    scratch = makeScratch();
    prepare(scratch);
    dev = await startDev(scratch);
    address = await addressOf(dev);
  }, 120_000);
  afterAll(async () => {
    dev.child.kill('SIGINT');
    await dev.ended;
    scratch.remove();
  }, 60_000);

  /** With this on its standard input, or in the name of whoever has this token. */
  const runThere = (args: readonly string[], { input = '', token = '' } = {}) =>
    run(args, { cwd: scratch.path, env: { MILLRACE_URL: address, MILLRACE_TOKEN: token }, input });
  const cli = (...args: string[]) => runThere(args);
  return {
    url: () => address,
    write: (name: string, content: string) => scratch.write(name, content),
    run: runThere,
    cli,
    json: async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout),
    /** The same command where no server is named. */
    offline: (...args: string[]) => run(args, { cwd: scratch.path }),
  };
}

/**
 * The same with the first YAML block of a page of the guide as its workspace, so that what the page shows is what is
 * tested; `prepare` writes what its steps need beside it.
 */
export function serveGuide(page: string, prepare: (scratch: Scratch) => void = () => {}) {
  const guide = readFileSync(new URL(`../../../docs/guide/${page}.md`, import.meta.url), 'utf8');
  const [, workflows = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(guide) ?? [];
  return serveDev((scratch) => {
    scratch.write('.workflows/a.yaml', workflows);
    prepare(scratch);
  });
}
