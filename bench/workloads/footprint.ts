import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWhenStale } from '../../apps/millrace/build/bundle-when-stale.ts';
import { buildWhenStale } from '../../apps/web/build/build-when-stale.ts';
import { readProcessTree } from '../processes/process-tree.ts';
import { repeat, timed, type Workload } from '../workload.ts';

const binary = fileURLToPath(new URL('../../apps/millrace/bin/millrace.mjs', import.meta.url));
const oneStep = `
workflows:
  hello:
    steps:
      say: { type: shell, cmd: echo hello }
`;

/** What the binary takes: `dev` until its page can be opened, its memory when it does nothing, and `run` of one step. */
export const footprint: Workload = {
  name: 'footprint',
  describe: 'time to the page, idle memory, `run` of one step',
  subjects: 'server',
  why: 'is about the one binary that Millrace is',
  async measure({ sizes: { idleSeconds }, budgetMs, note }) {
    buildWhenStale();
    await bundleWhenStale();
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    await mkdir(join(folder, '.workflows'));
    const file = join(folder, '.workflows', 'hello.yaml');
    await writeFile(file, oneStep);

    const first = await dev(folder);
    await sleep(idleSeconds * 1_000);
    const tree = readProcessTree(first.child.pid ?? 0);
    if (tree === null) note('memory is read from /proc, which this system does not have');
    await stop(first.child);
    const again = await dev(folder);
    await stop(again.child);
    const run = await repeat({ times: 5, budgetMs }, () =>
      timed(() => command(folder, ['run', '.workflows/hello.yaml'])),
    );
    await rm(folder, { recursive: true });
    return {
      measurement: {
        'dev to page, new data': { unit: 'ms', values: [first.pageMs] },
        'dev to page, again': { unit: 'ms', values: [again.pageMs] },
        ...(tree === null ? {} : { 'idle memory': { unit: 'MB', values: [tree.bytes / 1e6] } }),
        ...(tree === null ? {} : { 'idle processes': { unit: 'processes', values: [tree.processes] } }),
        'run of one step': { unit: 'ms', values: run },
      },
    };
  },
};

type Child = ChildProcessByStdio<null, Readable, null>;

/** From the start of the process until the page of the web UI is there. */
async function dev(folder: string): Promise<Readonly<{ child: Child; pageMs: number }>> {
  const began = performance.now();
  const child = launch(folder, ['dev', '--json', '--port', '0']);
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [Buffer | number];
  if (typeof line === 'number') throw new Error(`millrace dev ended with exit code ${line}.`);
  const { url } = JSON.parse(line.toString()) as { url: string };
  const page = await fetch(url);
  const text = await page.text();
  if (!page.ok || !/<script/.test(text)) throw new Error(`There is no page at ${url}: ${page.status} ${text}`);
  return { child, pageMs: performance.now() - began };
}

async function command(folder: string, args: readonly string[]): Promise<void> {
  const child = launch(folder, args);
  child.stdout.resume();
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`millrace ${args.join(' ')} ended with exit code ${code}.`);
}

function launch(folder: string, args: readonly string[]): Child {
  // Settings of whoever runs this must not change what is measured.
  const { MILLRACE_TOKEN: _token, MILLRACE_URL: _url, MILLRACE_WORKSPACE: _workspace, ...env } = process.env;
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  return spawn(process.execPath, [binary, ...args], { cwd: folder, env: { ...env, NO_COLOR: '1' }, stdio });
}

async function stop(child: Child): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
