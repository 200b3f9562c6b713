import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';
import { createProcessStarter, createShellExecutor } from '@millrace/executors';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assignmentOf, FakeServer, keyOf } from '../test/fake-server.ts';
import { createWorker, type Worker, type WorkerEvent } from './index.ts';

let folder: string;
let worker: Worker;
let events: WorkerEvent[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-revoked-'));
  events = [];
});
afterEach(async () => {
  await worker.stop({ graceMs: 0 });
  rmSync(folder, { recursive: true, force: true });
});

const lives = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
};

it('a worker that is revoked stops what it executes, says why, asks for nothing more and ends without waiting', async () => {
  const server = new FakeServer();
  worker = createWorker({
    protocol: server,
    joined: 'AAAAAAAAAA',
    description: { name: 'w', labels: [], queues: ['default'], slots: 1, version: '0', host: 'h', pid: 1 },
    executors: [createShellExecutor({ starter: createProcessStarter() })],
    folder,
    onEvent: (event) => {
      events.push(event);
      server.notify();
    },
  });
  expect(worker.id).toMatch(/^AAAAAAAAAA\.[0-9a-f-]{36}$/);
  const attempt = assignmentOf(1, { type: 'shell', cmd: `echo $$ > ${folder}/pid; echo ready; exec sleep 600` });
  server.assign(attempt);
  worker.start();
  await server.until(() => server.logs.get(keyOf(attempt))?.includes('ready') === true);
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  expect(lives(pid)).toBe(true);
  const revoked = new MillraceError('worker_revoked', 'The worker w was revoked by ada.');
  server.faults.before = () => {
    throw revoked;
  };
  // Its waiting call is answered; the next one is refused.
  server.cancel({ ...attempt, run: assignmentOf(9, attempt.body).run });
  await server.until(() => events.some(({ type }) => type === 'revoked'));
  const calls = server.requests.length;
  expect(events.filter(({ type }) => type !== 'attempt_started').slice(0, 2)).toEqual([
    expect.objectContaining({ type: 'attempt_lost' }),
    { type: 'revoked', cause: revoked },
  ]);
  const begun = performance.now();
  await worker.stop();
  // Neither the grace of a stop nor the time for last reports is waited for.
  expect(performance.now() - begun).toBeLessThan(9_000);
  expect(lives(pid)).toBe(false);
  expect(server.requests).toHaveLength(calls);
  expect(server.results.size).toBe(0);
});
