import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShellBody } from '@millrace/core';
import { createShellExecutor } from '@millrace/executors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentOf, FakeServer } from '../../test/fake-server.ts';
import { createWorker, type Worker } from '../index.ts';

const shell = (cmd: string): ShellBody => ({ type: 'shell', cmd });

let scratch: string;
let root: string;
let workers: Worker[];
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'millrace-shared-'));
  root = join(scratch, 'shared');
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop({ graceMs: 0 })));
  rmSync(scratch, { recursive: true, force: true });
});

function start(server: FakeServer, name: string, logged: object[] = []): Worker {
  const worker = createWorker({
    protocol: server,
    description: { name, labels: [], queues: ['default'], slots: 2, version: '0', host: 'here', pid: process.pid },
    executors: [createShellExecutor()],
    folder: join(scratch, 'work'),
    sharedFolder: root,
    sharedSweepMs: 20,
    logger: { info: (fields) => logged.push(fields), warn: (fields) => logged.push(fields), error: () => {} },
    onEvent: () => server.notify(),
  });
  workers.push(worker);
  worker.start();
  return worker;
}

const shared = (run: number, step: number, cmd: string) => assignmentOf(run, shell(cmd), { step, sharedFolder: true });

describe('the shared folder of a run', () => {
  it('is the same for its steps on all workers, and of no other run', async () => {
    const server = new FakeServer();
    start(server, 'one');
    const [first, second, other, without] = [
      shared(1, 0, 'cd "$MILLRACE_SHARED" && echo built > artifact'),
      shared(1, 1, 'echo "OUTPUT: \\"$(cat "$MILLRACE_SHARED/artifact")\\""'),
      shared(2, 0, 'echo "OUTPUT: \\"$(ls "$MILLRACE_SHARED")\\""'),
      assignmentOf(1, shell('[ -n "$MILLRACE_SHARED" ] || echo \'OUTPUT: "none"\''), { step: 2 }),
    ];
    server.assign(first);
    expect(await server.resultOf(first)).toMatchObject({ status: 'succeeded' });
    await workers[0]?.stop();
    start(server, 'two');
    server.assign(second, other, without);
    expect(await server.resultOf(second)).toMatchObject({ output: 'built' });
    expect(await server.resultOf(other)).toMatchObject({ output: '' });
    expect(await server.resultOf(without)).toMatchObject({ output: 'none' });
    expect(readFileSync(join(root, '1', 'artifact'), 'utf8')).toBe('built\n');
    expect(server.requests.every(({ worker }) => worker.capabilities.includes('shared_folder'))).toBe(true);
  });

  it('is removed by any worker when the run has ended; others stay, links are not followed', async () => {
    const server = new FakeServer();
    for (const name of ['1', '2', '3', '4', 'notes']) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, 'file'), 'text');
    }
    const outside = join(scratch, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious'), 'x');
    symlinkSync(outside, join(root, '1', 'link'));
    symlinkSync(outside, join(root, '5'));
    // Nobody knows these runs: what was changed lately stays, since it may be another installation's.
    const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60_000);
    utimesSync(join(root, '3'), longAgo, longAgo);
    server.endedRunsNow = ['1', '5'];
    server.unknownRunsNow = ['3', '4'];
    const logged: object[] = [];
    start(server, 'one', logged);
    await server.until(
      () => !existsSync(join(root, '1')) && !existsSync(join(root, '3')) && !existsSync(join(root, '5')),
    );
    expect(['2', '4', 'notes'].map((name) => existsSync(join(root, name, 'file')))).toEqual([true, true, true]);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('x');
    expect(logged).toContainEqual({ run: '1', bytes: expect.any(Number), files: 2, complete: true });
  });

  it('that is a link to somewhere else is refused', async () => {
    const server = new FakeServer();
    mkdirSync(root);
    symlinkSync(tmpdir(), join(root, '7'));
    start(server, 'one');
    const step = shared(7, 0, 'true');
    server.assign(step);
    expect(await server.resultOf(step)).toMatchObject({
      status: 'failed',
      error: { code: 'files_unavailable', message: expect.stringContaining('is not a folder') },
    });
  });
});
