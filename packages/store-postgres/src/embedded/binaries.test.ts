import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountCandidates } from './account.ts';
import { findInstallation, type Installation, prepareBinaries } from './binaries.ts';
import { copyBinaries } from './reachable-copy.ts';
import { runProgram } from './run-program.ts';
import { serverProcessesOf } from './server-processes.ts';
import { startFromInstallation } from './start.ts';
import { startOwner } from './testing/owner-process.ts';
import { dataFolder, isRoot, makeScratch, type Scratch } from './testing/scratch.ts';

let scratch: Scratch;
beforeAll(() => {
  scratch = makeScratch();
});
afterAll(() => scratch.remove(), 120_000);

const slow = { timeout: 120_000 };

/** A checkout of our own that holds the package as npm unpacks it without install scripts: no links. */
function unpack(name: string, mode: number): Installation {
  const nativeDir = join(scratch.dir, name, 'node_modules', 'native');
  mkdirSync(dirname(nativeDir), { recursive: true });
  const original = findInstallation(scratch.dir);
  cpSync(original.nativeDir, nativeDir, {
    recursive: true,
    filter: (path) => !path.endsWith('.a') && !lstatSync(path).isSymbolicLink(),
  });
  chmodSync(join(scratch.dir, name), mode);
  return { ...original, nativeDir, copyFolders: [join(scratch.dir, `${name} copies`)] };
}

test('the links that the install script would have made are made', slow, async () => {
  const installation = unpack('no-links', 0o755);
  const binaries = await prepareBinaries(installation, accountCandidates(join(scratch.dir, 'none')));
  expect(binaries).toMatchObject({ nativeDir: installation.nativeDir, version: expect.stringMatching(/^18\./) });
});

test('binaries that do not run are reported with the reason', slow, async () => {
  const nativeDir = join(scratch.dir, 'broken');
  mkdirSync(join(nativeDir, 'bin'), { recursive: true });
  for (const name of ['postgres', 'initdb']) {
    writeFileSync(join(nativeDir, 'bin', name), '#!/bin/sh\necho no such library >&2; exit 127\n', { mode: 0o755 });
  }
  const broken = { ...findInstallation(scratch.dir), nativeDir, copyFolders: [join(scratch.dir, 'broken copies')] };
  await expect(prepareBinaries(broken, accountCandidates(join(scratch.dir, 'none')))).rejects.toMatchObject({
    code: 'binaries_unusable',
    message: expect.stringContaining('no such library'),
  });
});

test('as root, without any account to run as, the remedy is told', async () => {
  await expect(prepareBinaries(findInstallation(scratch.dir), [])).rejects.toMatchObject({
    code: 'account_missing',
    hint: expect.stringContaining('useradd'),
  });
});

test('a copy is made once, is made anew when it is damaged, and lies only where no one else can write', slow, () => {
  const installation = findInstallation(scratch.dir);
  const folder = join(scratch.dir, 'copies');
  const copy = copyBinaries(installation, folder);
  const made = statSync(copy).ino;
  expect(copyBinaries(installation, folder)).toBe(copy);
  expect(statSync(copy).ino).toBe(made);
  writeFileSync(join(copy, 'bin', 'postgres'), 'cut off');
  expect(copyBinaries(installation, folder)).toBe(copy);
  expect(statSync(join(copy, 'bin', 'postgres')).size).toBe(
    statSync(join(installation.nativeDir, 'bin', 'postgres')).size,
  );
  expect(readdirSync(folder)).toEqual([basename(copy)]);

  const open = join(scratch.dir, 'anyone');
  mkdirSync(open);
  chmodSync(open, 0o777);
  expect(() => copyBinaries(installation, open)).toThrow(/other users can change/);
});

describe.runIf(isRoot)('started by root', () => {
  test('binaries below a folder that only root may enter are copied, by two at once without harm', slow, async () => {
    const installation = unpack('closed', 0o700);
    const { nativeDir, copyFolders } = installation;
    const dataDirs = ['one', 'two'].map((name) => dataFolder(scratch.dir, 'closed', `data of ${name}`));
    const owners = await Promise.all(
      dataDirs.map((dataDir) => startOwner({ dataDir, installation: { nativeDir, copyFolders } })),
    );
    expect(owners.map((owner) => owner.report)).toMatchObject([{ kind: 'ready' }, { kind: 'ready' }]);
    expect(readdirSync(copyFolders[0] ?? '')).toEqual([expect.stringMatching(/^postgres-18\..*-[0-9a-f]{16}$/)]);
    for (const owner of owners) owner.send('stop');
    await Promise.all(owners.map((owner) => owner.ended));
    for (const dataDir of dataDirs) expect(serverProcessesOf(join(dataDir, 'postgres'))).toEqual([]);

    const [dataDir = ''] = dataDirs;
    const again = await startFromInstallation(installation, { dataDir, durable: false });
    expect(again.adopted).toBe(false);
    await again.stop();
  });

  test('a normal user starts, is killed, adopts and stops its server', slow, async (context) => {
    const uid = 65534;
    if (!(await canRunNode(uid))) context.skip('user 65534 cannot reach this Node.js or this checkout');
    const dir = join(scratch.dir, 'of nobody');
    mkdirSync(dir, { mode: 0o700 });
    chownSync(dir, uid, uid);
    // The package belongs to root and lacks its links: a user who cannot make them there gets a copy.
    const { nativeDir } = unpack('owned-by-root', 0o755);
    const dataDir = dataFolder(dir, 'data');
    const options = { dataDir, installation: { nativeDir, copyFolders: [join(dir, 'cache')] } };
    const first = await startOwner(options, uid);
    if (first.report.kind !== 'ready') throw new Error(first.report.message);
    expect(readdirSync(join(dir, 'cache'))).toHaveLength(1);
    expect(statSync(`/proc/${first.report.pid}`).uid).toBe(uid);
    first.signal('SIGKILL');
    await first.ended;
    const second = await startOwner(options, uid);
    expect(second.report).toMatchObject({ kind: 'ready', adopted: true, pid: first.report.pid });
    expect((await startOwner(options, uid)).report).toMatchObject({ kind: 'refused', code: 'already_running' });
    second.send('stop');
    await second.ended;
    expect(serverProcessesOf(join(dataDir, 'postgres'))).toEqual([]);
  });

  test('a normal user is told which folder it cannot write', slow, async (context) => {
    const uid = 65534;
    if (!(await canRunNode(uid))) context.skip('user 65534 cannot reach this Node.js or this checkout');
    const dataDir = join(scratch.dir, 'of-root');
    mkdirSync(dataDir, { mode: 0o755 });
    expect((await startOwner({ dataDir }, uid)).report).toMatchObject({
      kind: 'refused',
      code: 'folder_unwritable',
      message: expect.stringContaining(dataDir),
    });
  });
});
if (!isRoot) console.log('skipped: the tests of a start by root, since this is not root');

async function canRunNode(uid: number): Promise<boolean> {
  const program = fileURLToPath(new URL('./testing/owner-program.ts', import.meta.url));
  const account = { uid, gid: uid, name: 'nobody' };
  const script = `require('node:fs').accessSync(${JSON.stringify(program)})`;
  const result = await runProgram(process.execPath, ['-e', script], { account, cwd: '/', timeoutMs: 60_000 });
  return result.kind === 'exited' && result.code === 0;
}
