// Real repositories for tests: a bare one on disk, and the same served over HTTP by Git's own backend.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Why tests with Git are skipped here; null: they run. */
export const gitMissing: string | null =
  spawnSync('git', ['--version']).status === 0 ? null : 'git is not on this machine';
if (gitMissing !== null) process.stderr.write(`Tests of Git sources are skipped: ${gitMissing}.\n`);

export type GitHost = Readonly<{
  /** `file://` address of the bare repository. */
  url: string;
  folder: string;
  /** Writes files (null removes one, `link:target` makes a link), commits and pushes. Gives the commit. */
  push(files: Readonly<Record<string, string | null>>, branch?: string): string;
  /** Runs Git in the work tree of the one who pushes. */
  git(...args: readonly string[]): string;
  /** Makes a branch of one commit with a tree that Git would not write: `entry` is its bytes. */
  forge(branch: string, entry: Buffer): void;
  remove(): void;
}>;

const quiet = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

export function makeGitHost(): GitHost {
  const root = mkdtempSync(join(tmpdir(), 'millrace-git-'));
  const folder = join(root, 'origin.git');
  const work = join(root, 'work');
  const run = (cwd: string, args: readonly string[]): string =>
    execFileSync('git', [...args], { cwd, env: quiet, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  run(root, ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  run(root, ['init', '--quiet', '--initial-branch=main', work]);
  run(work, ['remote', 'add', 'origin', folder]);
  const write = (path: string, content: string): void => {
    const absolute = join(work, path);
    mkdirSync(dirname(absolute), { recursive: true });
    rmSync(absolute, { force: true });
    if (content.startsWith('link:')) symlinkSync(content.slice('link:'.length), absolute);
    else writeFileSync(absolute, content);
  };
  return {
    url: `file://${folder}`,
    folder,
    git: (...args) => run(work, args),
    forge(branch, entry) {
      const object = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
      const tree = execFileSync('git', object, { cwd: folder, env: quiet, encoding: 'utf8', input: entry }).trim();
      const commit = run(folder, ['commit-tree', '-m', 'forged', tree]);
      run(folder, ['update-ref', `refs/heads/${branch}`, commit]);
    },
    push(files, branch = 'main') {
      for (const [path, content] of Object.entries(files)) {
        if (content === null) rmSync(join(work, path));
        else write(path, content);
      }
      run(work, ['add', '-A']);
      run(work, ['commit', '--quiet', '--allow-empty', '-m', 'change']);
      run(work, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`]);
      return run(work, ['rev-parse', 'HEAD']);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export type GitServer = Readonly<{ url: string; requests: readonly string[]; close(): Promise<void> }>;

/** Serves a bare repository over HTTP. With `password`, only to whoever brings it (Basic, any name); `at`: the port. */
export async function serveGit(folder: string, password: string | null = null, at = 0): Promise<GitServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const given = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    if (password !== null && given.slice(given.indexOf(':') + 1) !== password) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('wrong');
      return;
    }
    backend(folder, request, response);
  });
  await new Promise<void>((listening) => server.listen(at, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/origin.git`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function backend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...quiet,
      GIT_PROJECT_ROOT: dirname(folder),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.on('close', () => {
    const answer = Buffer.concat(parts);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.subarray(0, end).toString().split('\r\n');
    const status = /^Status: (\d+)/.exec(headers.find((line) => line.startsWith('Status:')) ?? '')?.[1] ?? '200';
    for (const line of headers) {
      const [name = '', value = ''] = line.split(': ');
      if (name !== 'Status' && name !== '') response.setHeader(name, value);
    }
    response.writeHead(Number(status)).end(answer.subarray(end + 4));
  });
}
