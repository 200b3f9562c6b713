import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePlan, hashPlan, type LocalEntry, type LocalRunAssignment, runId } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import {
  createFunctionExecutor,
  createScriptExecutor,
  createShellExecutor,
  type StepFunction,
} from '@millrace/executors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, keyOf } from '../../test/fake-server.ts';
import { createWorker, type Worker, type WorkerOptions } from '../index.ts';

let folder: string;
let workers: Worker[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-local-'));
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop({ graceMs: 0 })));
  rmSync(folder, { recursive: true, force: true });
});

function start(server: FakeServer, functions: Record<string, StepFunction> = {}, more: Partial<WorkerOptions> = {}) {
  const worker = createWorker({
    protocol: server,
    description: { name: 'w', labels: [], queues: ['default'], slots: 2, version: '0', host: 'here', pid: process.pid },
    executors: [
      createShellExecutor(),
      createScriptExecutor(),
      createFunctionExecutor(new Map(Object.entries(functions))),
    ],
    folder,
    onEvent: () => server.notify(),
    ...more,
  });
  workers.push(worker);
  worker.start();
  return worker;
}

/** A run of these steps, as YAML. */
function localRun(id: number, steps: string, head = ''): LocalRunAssignment {
  const text = `workflows:\n  w:\n    mode: local\n${head}    steps:\n${steps}`;
  const { definitions, diagnostics } = loadDefinitions([{ path: 'w.yaml', text }]);
  if (definitions === null) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { plan } = compilePlan(definitions, 'main', 'w');
  if (plan === null) throw new Error('There is no plan.');
  const now = 1_700_000_000_000;
  return {
    run: runId(String(id)),
    step: -1,
    item: -1,
    iteration: 0,
    attempt: 1,
    origin: {
      id: runId(String(id)),
      workspace: 'main',
      workflow: 'w',
      revision: 'r1',
      plan: hashPlan(plan),
      trigger: { type: 'api' },
      parent: null,
      depth: 0,
      startKey: null,
      tags: [],
      priority: 0,
      rerunOf: null,
    },
    plan,
    input: {},
    startedAt: now,
    first: 0,
    now,
    limits: { outputBytes: 1024 * 1024, logBytes: 10 * 1024 * 1024, graceMs: 300 },
  };
}

/** `b succeeded 7`, in the order in which they ended. */
const ends = (run: LocalRunAssignment, entries: readonly LocalEntry[]): string[] =>
  entries.flatMap(({ command }) => {
    if (command.type !== 'attempt_finished') return [];
    const { key, result } = command;
    const name = run.plan.steps[key.step]?.name ?? '';
    const what = result.status === 'succeeded' ? JSON.stringify(result.output) : result.error.code;
    return [`${name}${key.item < 0 ? '' : `[${key.item}]`} ${result.status} ${what}`];
  });

async function recordOf(server: FakeServer, run: LocalRunAssignment, count: number): Promise<readonly LocalEntry[]> {
  const record = () => server.records.get(keyOf(run)) ?? [];
  await server.until(() => ends(run, record()).length >= count);
  return record();
}

describe('a local run at its worker', () => {
  it('has its steps in one folder, which is theirs alone and goes with it', async () => {
    const server = new FakeServer();
    start(server);
    const run = localRun(
      1,
      `      a: { type: shell, cmd: 'mkdir d && echo text > d/f && [ "$PWD" = "$MILLRACE_SHARED" ]' }
      b: { type: script, runtime: node, code: 'console.log(require("fs").readFileSync("d/f", "utf8").trim())', depends_on: [a] }
      c: { type: shell, cmd: 'echo "OUTPUT: \\"$(ls -A | tr "\\n" " ")\\""', depends_on: [b] }
`,
    );
    server.assignRun(run);
    expect(ends(run, await recordOf(server, run, 3))).toEqual([
      'a succeeded null',
      'b succeeded "text"',
      'c succeeded "d "',
    ]);
    await server.until(() => workers[0]?.running === 0);
    await workers[0]?.stop();
    expect(readdirSync(folder)).toEqual([]);
    expect(server.requests[0]?.worker.capabilities).toContain('local');
    // Everything travelled in a few reports, with the run's own reference, and nothing as a result of an attempt.
    expect(server.requests.flatMap(({ results }) => results)).toEqual([]);
    const reports = server.requests.filter(({ reports: some }) => some !== undefined);
    expect(reports.length).toBeLessThan(9);
  });

  it('executes so many at once, and begins the next when one has ended', async () => {
    const server = new FakeServer();
    let [now, most] = [0, 0];
    const gates: (() => void)[] = [];
    const wait: StepFunction = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>((resolve) => {
        gates.push(resolve);
        server.notify();
      });
      now -= 1;
      return null;
    };
    start(server, { wait }, { localSteps: 2 });
    const run = localRun(2, '      each: { type: function, function: wait, for_each: 5 }\n');
    server.assignRun(run);
    for (let done = 0; done < 5; done += 1) {
      await server.until(() => gates.length > 0);
      gates.shift()?.();
    }
    expect(ends(run, await recordOf(server, run, 5))).toHaveLength(5);
    expect(most).toBe(2);
  });

  it('keeps the time of delays, retries, waits and timeouts by itself', async () => {
    const server = new FakeServer();
    let tries = 0;
    const flaky: StepFunction = () => {
      tries += 1;
      if (tries === 1) throw new Error('Once.');
      return tries;
    };
    start(server, { flaky });
    const run = localRun(
      3,
      `      a: { type: function, function: flaky, retry: { attempts: 2, delay: 20ms } }
      b: { type: wait, for: 30ms, depends_on: [a] }
      c: { type: shell, cmd: exec sleep 60, timeout: 50ms, depends_on: [b], continue_on_failure: true }
      d: { type: shell, cmd: exec sleep 60, step_timeout: 50ms, delay: 10ms, depends_on: [c], continue_on_failure: true }
`,
    );
    server.assignRun(run);
    const record = await recordOf(server, run, 4);
    expect(ends(run, record)).toEqual([
      'a failed function_failed',
      'a succeeded 2',
      'c timed_out timeout',
      'd cancelled cancelled',
    ]);
    expect(record.flatMap(({ command }) => (command.type === 'timer_fired' ? [command.kind] : []))).toEqual([
      'retry',
      'timer',
      'delay',
      'step_timeout',
    ]);
    const times = record.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(run.now);
  });

  it('repeats what was not confirmed, once each, while the server is away', async () => {
    const server = new FakeServer();
    server.leaseMs = 60_000;
    let calls = 0;
    server.faults.after = ({ reports }) => {
      calls += 1;
      if (reports !== undefined && calls % 2 === 0) throw new Error('The answer is lost.');
    };
    start(server, { one: () => 1 });
    const run = localRun(4, '      a: { type: function, function: one, for_each: 30 }\n');
    server.assignRun(run);
    const record = await recordOf(server, run, 30);
    expect(new Set(ends(run, record)).size).toBe(30);
    expect(record.filter(({ command }) => command.type === 'begin')).toHaveLength(1);
    await server.until(() => workers[0]?.running === 0);
  });

  it('stops when it is told to, and says so', async () => {
    const server = new FakeServer();
    start(server);
    const run = localRun(
      5,
      "      a: { type: shell, cmd: 'echo began; exec sleep 60' }\n      b: { type: shell, cmd: x, depends_on: [a] }\n",
    );
    server.assignRun(run);
    await server.until(() => server.logs.size === 1);
    server.cancel(run);
    const record = await recordOf(server, run, 1);
    expect(ends(run, record)).toEqual(['a cancelled cancelled']);
    expect(record.map(({ command }) => command.type)).toContain('stop');
    await server.until(() => workers[0]?.running === 0);
  });

  it('that another worker has now is stopped without a word, and its folder goes', async () => {
    const server = new FakeServer();
    const events: string[] = [];
    const onEvent = ({ type }: { type: string }) => {
      events.push(type);
      server.notify();
    };
    start(server, {}, { onEvent });
    const run = localRun(6, "      a: { type: shell, cmd: 'pwd; exec sleep 60' }\n");
    server.assignRun(run);
    await server.until(() => server.logs.size === 1);
    const [log] = server.logs.values();
    const path = log?.toString().trim().split(' ').at(-1) ?? '';
    expect(existsSync(path)).toBe(true);
    server.cancel(run, { lost: true });
    await server.until(() => events.includes('attempt_lost'));
    await workers[0]?.stop();
    expect(existsSync(path)).toBe(false);
    expect(ends(run, server.records.get(keyOf(run)) ?? [])).toEqual([]);
  });

  it('whose worker stops is reported as a whole, so that it begins again elsewhere', async () => {
    const server = new FakeServer();
    const worker = start(server);
    const run = localRun(7, "      a: { type: shell, cmd: 'echo began; exec sleep 60' }\n");
    server.assignRun(run);
    await server.until(() => server.logs.size === 1);
    await worker.stop({ graceMs: 0 });
    expect(server.results.get(keyOf(run))).toMatchObject({ status: 'failed', error: { code: 'worker_stopped' } });
  });

  it('that cannot get the files of its workspace fails as a whole', async () => {
    const server = new FakeServer();
    server.files = () => {
      throw new Error('no such revision');
    };
    start(server);
    const run = localRun(8, '      a: { type: shell, cmd: x }\n');
    server.assignRun(run);
    await server.until(() => server.results.has(keyOf(run)));
    expect(server.results.get(keyOf(run))).toMatchObject({ status: 'failed', error: { code: 'files_unavailable' } });
  });

  it('gets the secrets of its steps under its own reference, and masks them', async () => {
    const server = new FakeServer();
    server.secrets = { token: 'hunter2-hunter2' };
    const worker = start(server);
    const run = localRun(
      10,
      '      a: { type: shell, env: { TOKEN: "{{ secrets.token }}" }, cmd: \'echo "OUTPUT: [\\"$TOKEN\\", $(printf %s "$TOKEN" | wc -c)]"\' }\n',
    );
    server.assignRun(run);
    expect(ends(run, await recordOf(server, run, 1))).toEqual(['a succeeded ["***",15]']);
    expect(server.secretsAsked).toMatchObject([
      { worker: worker.id, held: { run: run.run, step: -1 }, step: 0, names: ['token'] },
    ]);
    expect([...server.logs.values()].join('')).toContain('***');
    expect([...server.logs.values()].join('')).not.toContain('hunter2');
  });

  it('tells a result when the log of its attempt is stored, and what happened before at once', async () => {
    const server = new FakeServer();
    let goOn = (): void => {};
    const waits = new Promise<null>((resolve) => {
      goOn = () => resolve(null);
    });
    start(server, { waits: () => waits });
    const run = localRun(
      11,
      '      a: { type: shell, cmd: echo said }\n      b: { type: function, function: waits, depends_on: [a] }\n',
    );
    const told = () => (server.records.get(keyOf(run)) ?? []).map(({ command }) => command.type);
    let refused = 0;
    server.faults.logs = () => {
      refused += 1;
      server.notify();
      throw new Error('Not yet.');
    };
    server.assignRun(run);
    // While its log is refused, and refused again, the record is told up to the result of `a`.
    await server.until(() => refused >= 3 && told().length > 0);
    expect(told()).toEqual(['begin', 'attempt_began']);
    // The result follows its log, though `b` goes on.
    const storedBefore: boolean[] = [];
    server.faults.before = ({ reports }) => {
      if (reports === undefined) return;
      storedBefore.push([...server.logs.values()].join('').includes('said'));
    };
    delete server.faults.logs;
    await server.until(() => told().length > 2);
    expect(told()).toEqual(['begin', 'attempt_began', 'attempt_finished', 'attempt_began']);
    expect(storedBefore).toEqual([true]);
    goOn();
    expect(ends(run, await recordOf(server, run, 2))).toEqual(['a succeeded null', 'b succeeded null']);
  });

  it('does not end as succeeded when a log of it could not be stored', async () => {
    const server = new FakeServer();
    server.faults.logs = () => {
      throw new Error('The disk is full.');
    };
    start(server, {}, { logRetryMs: 50 });
    const run = localRun(
      9,
      '      a: { type: shell, cmd: echo one }\n      b: { type: shell, cmd: echo two, depends_on: [a] }\n',
    );
    server.assignRun(run);
    expect(ends(run, await recordOf(server, run, 2)).at(-1)).toBe('b failed log_store_failed');
  });
});
