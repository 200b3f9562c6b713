import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@millrace/client';
import { prepareDataFolder } from '@millrace/store-postgres/testkit';

const binary = fileURLToPath(new URL('../../../millrace/bin/millrace.mjs', import.meta.url));

export type Millrace = Readonly<{
  url: string;
  api: Client;
  /** Changes a file of a workspace, as somebody with an editor does. */
  write(workspace: string, name: string, text: string): void;
  /** What a file of a workspace holds on disk. */
  read(workspace: string, name: string): string;
  remove(workspace: string, name: string): void;
  /** Ends the server, with the database, as a crash would, and starts it again at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Ends the server and leaves nobody at its address. */
  kill(): Promise<void>;
}>;

/** The real `millrace dev`, with the database that it manages, made already, on workspaces of the given files. */
export async function startMillrace(
  workspaces: Readonly<Record<string, Readonly<Record<string, string>>>>,
  options: Readonly<{ token?: string; editor?: boolean; config?: string }> = {},
): Promise<Millrace> {
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-web-'));
  const write = (workspace: string, name: string, text: string) => {
    const path = join(scratch, workspace, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  for (const [workspace, files] of Object.entries(workspaces)) {
    for (const [name, text] of Object.entries(files)) {
      write(workspace, name, text);
    }
  }
  if (options.config !== undefined) writeFileSync(join(scratch, 'millrace.yaml'), options.config);
  const data = join(scratch, 'data');
  await prepareDataFolder(data);
  const args = [
    ...(options.config === undefined ? [] : ['--config', join(scratch, 'millrace.yaml')]),
    ...Object.keys(workspaces).flatMap((name) => ['--workspace', `${name}=${join(scratch, name)}`]),
    ...(options.token === undefined ? [] : ['--token', options.token]),
    ...(options.editor === false ? ['--no-editor'] : []),
    '--data',
    data,
  ];
  let server = await launch([...args, '--port', '0']);
  const { url } = server;
  const { port } = new URL(url);
  const api = createClient({ url, ...(options.token === undefined ? {} : { token: options.token }) });
  for (const { name, revision, diagnostics } of (await api.workspaces.list()).items) {
    if (revision === null)
      throw new Error(`The test's workspace ${name} is invalid: ${JSON.stringify(diagnostics, null, 2)}`);
  }
  return {
    url,
    api,
    write,
    read: (workspace, name) => readFileSync(join(scratch, workspace, name), 'utf8'),
    remove: (workspace, name) => rmSync(join(scratch, workspace, name)),
    async restart() {
      await end(server.child, 'SIGTERM');
      server = await launch([...args, '--port', port]);
    },
    kill: () => end(server.child, 'SIGTERM'),
    async stop() {
      await end(server.child, 'SIGTERM');
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

type Launched = Readonly<{ child: ChildProcess; url: string }>;

function launch(args: readonly string[]): Promise<Launched> {
  // Settings of whoever runs the tests must not change what they see.
  const { MILLRACE_TOKEN: _token, MILLRACE_URL: _url, ...env } = process.env;
  const child = spawn(process.execPath, [binary, 'dev', '--json', ...args], {
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    let problems = '';
    child.stderr.on('data', (data: Buffer) => {
      problems += data.toString();
    });
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      const [line] = said.includes('\n') ? said.split('\n') : [];
      if (line !== undefined) resolve({ child, url: (JSON.parse(line) as { url: string }).url });
    });
    child.on('exit', (code) => reject(new Error(`millrace dev ended (${code}) before it was ready:\n${problems}`)));
  });
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
