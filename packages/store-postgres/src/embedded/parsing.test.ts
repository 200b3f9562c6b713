import { closeSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountCandidates, parsePasswd } from './account.ts';
import { parsePostmasterFile } from './postmaster-file.ts';
import { openServerLog } from './server-log.ts';
import { serverSettings, settingArguments } from './settings.ts';
import { classifyStartFailure } from './start-failure.ts';
import { isRoot } from './testing/scratch.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-embedded-test-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('accounts', () => {
  test('root, comments and malformed lines are no accounts; negative ids are unsigned ones', () => {
    const text =
      '# comment\nroot:x:0:0::/:/bin/sh\ntoor:*:0:5::/:/bin/sh\nnobody:*:-2:-2:x:/:/bin/false\nbad:x:abc:1\n\n';
    expect(parsePasswd(text)).toEqual([{ name: 'nobody', uid: 4294967294, gid: 4294967294 }]);
  });

  test.runIf(isRoot)('root prefers an account of its own, then postgres, then nobody', () => {
    const passwd = join(dir, 'passwd');
    writeFileSync(
      passwd,
      'nobody:x:65534:65534::/:\nmillrace:x:900:901::/:\nalice:x:1000:1000::/:\npostgres:x:70:71::/:\n',
    );
    const names = accountCandidates(join(dir, 'absent'), passwd).map((account) => account?.name);
    expect(names).toEqual(['millrace', 'postgres', 'nobody']);
    expect(accountCandidates(join(dir, 'absent'), join(dir, 'no-passwd'))).toEqual([]);
  });
});

describe('postmaster.pid', () => {
  const text = '4639\n/proc/self/cwd\n1795223484\n54999\n\n127.0.0.1\n  2148011         4\nready   \n';

  test('tells process, start, port and status', () => {
    expect(parsePostmasterFile(text)).toEqual({ pid: 4639, startedAtSec: 1795223484, port: 54999, status: 'ready' });
    expect(parsePostmasterFile(text.replace('ready   ', 'stopping'))?.status).toBe('stopping');
  });

  test('that is cut off anywhere never names another process, nor claims to be ready', () => {
    fc.assert(
      fc.property(fc.nat({ max: text.length - 4 }), (length) => {
        const parsed = parsePostmasterFile(text.slice(0, length));
        if (parsed !== undefined) expect(parsed).toMatchObject({ pid: 4639, status: 'starting' });
      }),
    );
  });

  test('that names init, the kernel or a process group is not believed', () => {
    for (const pid of ['0', '1', '-4639', 'x', ''])
      expect(parsePostmasterFile(text.replace('4639', pid))).toBeUndefined();
  });
});

describe('settings', () => {
  test("are ours with the caller's on top, under one spelling", () => {
    const settings = serverSettings({ durable: true, extra: { Work_Mem: '1MB', 'auto_explain.log_analyze': 'on' } });
    expect(settings).toMatchObject({ work_mem: '1MB', 'auto_explain.log_analyze': 'on', jit: 'off' });
    expect(settings).not.toHaveProperty('fsync');
    expect(settingArguments({ a: 'b c', d: '' })).toEqual(['-c', 'a=b c', '-c', 'd=']);
    expect(serverSettings({ durable: false, extra: {} })).toMatchObject({ fsync: 'off' });
  });

  test('that decide where the server is, or are no names at all, are refused', () => {
    for (const name of ['port', 'LISTEN_ADDRESSES', 'hba_file', 'data_directory', 'a=b', '-c', '', 'a b']) {
      expect(() => serverSettings({ durable: true, extra: { [name]: '1' } })).toThrow(/setting/);
    }
  });
});

describe('a server that does not start', () => {
  const classify = (log: string) => classifyStartFailure('/data', log, undefined);

  test.each([
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'disk_full'],
    ['FATAL:  unrecognized configuration parameter "wrok_mem"', 'setting_invalid'],
    ['FATAL:  data directory "/proc/self/cwd" has wrong ownership', 'folder_unwritable'],
    ['FATAL:  could not open file "global/pg_control": Read-only file system', 'folder_unwritable'],
    ['PANIC:  could not locate a valid checkpoint record at 0/0', 'start_failed'],
    ['', 'start_failed'],
  ])('says why: %s', (log, code) => {
    const failure = classify(log);
    expect(failure.kind === 'fatal' && failure.error.code).toBe(code);
    expect(failure.kind === 'fatal' && failure.error.message).toContain('/data');
  });

  test('is tried again when its port was taken or former processes are still there', () => {
    const bind = 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nFATAL:  could not create any';
    expect(classify(bind)).toEqual({ kind: 'port_taken' });
    expect(classify('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use').kind).toBe(
      'stray_processes',
    );
    expect(classify('FATAL:  lock file "postmaster.pid" already exists').kind).toBe('stray_processes');
  });
});

test('the log is told line by line, and is bounded over restarts', () => {
  const file = join(dir, 'postgres.log');
  const lines: string[] = [];
  writeFileSync(file, 'from an earlier run\n');
  const log = openServerLog(file, (line) => lines.push(line));
  const descriptor = log.openForServer();
  writeSync(descriptor, 'first\nsecönd\nunfinished');
  closeSync(descriptor);
  expect(log.tail()).toContain('unfinished');
  log.close();
  expect(lines).toEqual(['first', 'secönd']);

  writeFileSync(file, `${'x'.repeat(5 * 1024 * 1024)}\nthe end\n`);
  const next = openServerLog(file, undefined);
  expect(next.size()).toBe(0);
  expect(statSync(`${file}.1`).size).toBeGreaterThan(5_000_000);
  expect(readFileSync(`${file}.1`, 'utf8').endsWith('the end\n')).toBe(true);
  next.close();
});
