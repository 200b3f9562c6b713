#!/usr/bin/env node
// Starts Millrace. Plain JavaScript that any Node >= 18 runs: Millrace itself needs Node 24, so on an older one this file
// runs itself again with the Node 24 that `tools/with-node.mjs` keeps in `.node/`.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { bundleFolderOf, findBundle, root } from './find-bundle.mjs';

const self = fileURLToPath(import.meta.url);
const wrapped = 'MILLRACE_WRAPPED';

if (Number(process.versions.node.split('.')[0]) < 24) runWithOwnNode();
else await run();

async function run() {
  if (process.env[wrapped] !== undefined) {
    delete process.env[wrapped];
    // When the Node that started us is killed, nobody can stop us any more: stop by ourselves.
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel?.unref();
  }
  // What a short command allocates it mostly keeps to its end: collecting it from a small young generation, again and again,
  // costs a seventh of `millrace run`. Those that stay stay small.
  if (!['dev', 'serve', 'work'].includes(process.argv[2])) v8.setFlagsFromString('--semi-space-growth-factor=16');
  const bundle = process.env.MILLRACE_FROM_SOURCES === '1' ? null : findBundle(root);
  module.enableCompileCache?.(join(bundle === null ? join(root, '.cache') : bundleFolderOf(root), 'compile'));
  try {
    const { main } = await import(bundle ?? '../src/main.ts');
    await main(process.argv.slice(2));
  } catch (cause) {
    if (cause?.code !== 'ERR_MODULE_NOT_FOUND' || existsSync(join(root, 'node_modules', 'commander'))) throw cause;
    fail('The dependencies of Millrace are not installed. Run `npm start` or `npm test` in its folder once.');
  }
}

function runWithOwnNode() {
  const node = findOwnNode();
  if (node === undefined) {
    fail(
      `Millrace needs Node 24; this is ${process.versions.node}. Run \`npm start\` or \`npm test\` in ${root} once: ` +
        'that fetches a Node 24 of its own. Or install Node 24.',
    );
  }
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, [wrapped]: '1' },
  });
  // A terminal sends Ctrl-C to the whole group; the child decides when it ends, we pass its answer on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (cause) => fail(`Cannot run ${node}: ${cause.message}.`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

function findOwnNode() {
  const folder = join(root, '.node', 'node_modules');
  if (!existsSync(folder)) return undefined;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  return readdirSync(folder)
    .filter((name) => name.startsWith('node-'))
    .map((name) => join(folder, name, 'bin', binary))
    .find((path) => existsSync(path));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
