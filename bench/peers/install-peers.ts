// Installs a peer's packages into its own folder, when they are asked for and not there yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

/** A registry that does not answer ends nothing but this peer. */
const installMs = 180_000;

const folderOf = ({ name }: Readonly<{ name: string }>): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** null: the peer can be measured; otherwise why not. */
export function installPeer(peer: Peer, say: (text: string) => void): string | null {
  const { program } = peer;
  if (program !== undefined && !isOnPath(program.name)) {
    return `the program ${program.name} is not installed (${program.install})`;
  }
  const folder = folderOf(peer);
  const stamp = join(folder, 'node_modules', '.millrace-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null;
  say(`Installing ${peer.name} (once for each change of its package-lock.json).`);
  // As tools/with-node.mjs does: `npm ci` refuses where a registry lacks optional packages of other platforms.
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const cli = process.env.npm_execpath;
  const [command, before] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  const { status, signal, error } = spawnSync(command, [...before, ...args], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    timeout: installMs,
    // Its settings for the workspace around it are not for this folder.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('npm_config_local_prefix')),
    ),
    shell: process.platform === 'win32',
  });
  if (status !== 0) return `npm install failed (${error?.message ?? signal ?? `exit code ${status}`})`;
  writeFileSync(stamp, wanted);
  return null;
}

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

/** The versions that the lockfile names of what the peer asks for itself: `bullmq 6.7.0`. */
export function versionsOf(peer: Peer): string {
  const { dependencies } = JSON.parse(readFileSync(join(folderOf(peer), 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
