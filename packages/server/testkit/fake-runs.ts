// Runs of the fake engine: they end when the test says so.
import { isRunEnd, type Json, MillraceError, planHash, type RunEndStatus, type RunId, runId } from '@millrace/core';
import type { BulkOutcome, Engine, EngineEvent, LogRef, RunDetail, StartRunRequest } from '@millrace/engine';
import type { Seen } from './fake-seen.ts';
import { sampleAttempt } from './sample-answers.ts';
import { samplePlan } from './sample-plan.ts';

const at = Date.UTC(2026, 10, 21, 9, 30);
const hash = planHash('0'.repeat(64));

type FakeRun = { detail: RunDetail; logs: { ref: LogRef; data: Buffer }[] };
type RunOperations = Pick<
  Engine,
  | 'startRun'
  | 'cancelRun'
  | 'pauseRun'
  | 'resumeRun'
  | 'bulkRuns'
  | 'rerunRun'
  | 'getRun'
  | 'listAttempts'
  | 'waitForRun'
>;

export type FakeRuns = ReturnType<typeof createFakeRuns>;

export function createFakeRuns(seen: Seen, emit: (event: EngineEvent) => void) {
  const runs = new Map<RunId, FakeRun>();
  const keys = new Map<string, RunId>();
  const enders = new Set<() => void>();

  function find(run: RunId): FakeRun {
    const found = runs.get(run);
    if (found === undefined)
      throw new MillraceError('run_not_found', `There is no run ${run}.`, { hint: 'Look at the list.' });
    return found;
  }
  function status(run: RunId) {
    return find(run).detail.run.status;
  }

  function turn(run: RunId, to: 'running' | 'paused') {
    const found = find(run);
    const record = { ...found.detail.run, status: to, version: 2 };
    found.detail = { ...found.detail, run: record };
    emit({ type: 'run', run, workspace: 'shop', workflow: 'release', status: to, version: 2, at });
    return { status: to };
  }

  function end(run: RunId, status: RunEndStatus, output: Json = null): void {
    const found = find(run);
    const record = { ...found.detail.run, status, endedAt: at + 5000, version: 2, output: JSON.stringify(output) };
    found.detail = { ...found.detail, run: record, output };
    for (const look of [...enders]) look();
    emit({ type: 'run', run, workspace: 'shop', workflow: 'release', status, version: 2, at: at + 5000 });
  }

  const operations: RunOperations = {
    async startRun(request) {
      seen.starts.push(request);
      if (request.workspace !== 'shop')
        throw new MillraceError('workspace_not_found', `There is no workspace "${request.workspace}".`, {
          hint: 'There are: shop.',
        });
      if (request.workflow !== 'release')
        throw new MillraceError('workflow_not_found', `There is no workflow "${request.workflow}".`, {
          hint: 'It has: release.',
        });
      if (request.input.tag === undefined) {
        throw new MillraceError('invalid_input', 'The input is wrong.', {
          details: { problems: [{ path: '/tag', expected: 'string', actual: 'nothing', message: 'tag is missing' }] },
        });
      }
      const before = request.startKey === undefined ? undefined : keys.get(request.startKey);
      if (before !== undefined) return { run: before, created: false };
      const id = runId(String(1000 + runs.size));
      if (request.startKey !== undefined) keys.set(request.startKey, id);
      runs.set(id, { logs: [], detail: detailOf(id, request) });
      return { run: id, created: true };
    },
    async cancelRun(run, request) {
      if (isRunEnd(status(run))) throw new MillraceError('run_ended', `Run ${run} has ended.`);
      seen.cancels.push(request);
      return { status: status(run) };
    },
    async pauseRun(run, request) {
      if (status(run) === 'paused') throw new MillraceError('run_paused', 'The run is paused already.');
      seen.pauses.push(request);
      return turn(run, 'paused');
    },
    async resumeRun(run, request) {
      if (status(run) !== 'paused') throw new MillraceError('run_not_paused', 'The run is not paused: it is running.');
      seen.resumptions.push(request);
      return turn(run, 'running');
    },
    async bulkRuns(request) {
      seen.bulks.push(request);
      const outcomes = [...runs.keys()].map((run): BulkOutcome => {
        const subject = { run, workspace: 'shop', workflow: 'release', status: status(run) };
        if (request.dryRun) return { ...subject, outcome: 'planned', rerun: null };
        if (!isRunEnd(status(run))) return { ...subject, outcome: 'done', rerun: runId('2000') };
        return {
          ...subject,
          outcome: 'failed',
          error: new MillraceError('run_ended', 'It has ended.', { hint: 'No.' }),
        };
      });
      return { outcomes, next: null };
    },
    async rerunRun(run, request) {
      const { detail } = find(run);
      seen.reruns.push(request);
      if (!isRunEnd(status(run))) throw new MillraceError('run_not_ended', `Run ${run} has not ended.`);
      const before = request.startKey === undefined ? undefined : keys.get(request.startKey);
      if (before !== undefined) return { run: before, created: false };
      const id = runId(String(1000 + runs.size));
      if (request.startKey !== undefined) keys.set(request.startKey, id);
      const again = detailOf(id, {
        workspace: 'shop',
        workflow: 'release',
        input: detail.input,
        trigger: detail.run.trigger,
      });
      const rerun = { ...again.run, rerunOf: { run, from: request.from } };
      const reused = { build: { run, attempt: 1, items: null } };
      runs.set(id, { logs: [], detail: { ...again, run: rerun, reused } });
      find(run).detail = { ...detail, reruns: [{ ...rerun, cancelling: false }, ...detail.reruns] };
      return { run: id, created: true };
    },
    getRun: async (run) => find(run).detail,
    async listAttempts(run, filter) {
      find(run);
      seen.attemptFilters.push(filter);
      return { items: [sampleAttempt], next: '0/0/-1/1' };
    },
    waitForRun(run, options = {}) {
      seen.waits += 1;
      return new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        const look = () => {
          const now = status(run);
          if (isRunEnd(now)) finish(now);
          else if (options.signal?.aborted) finish(null);
        };
        const finish = (ended: RunEndStatus | null) => {
          clearTimeout(timer);
          enders.delete(look);
          resolve(ended);
        };
        try {
          find(run);
        } catch (error) {
          reject(error);
          return;
        }
        if (options.timeoutMs !== undefined) timer = setTimeout(finish, options.timeoutMs, null);
        options.signal?.addEventListener('abort', look, { once: true });
        enders.add(look);
        look();
      });
    },
  };

  return { all: runs, find, end, operations };
}

function detailOf(id: RunId, request: StartRunRequest): RunDetail {
  return {
    run: {
      id,
      workspace: 'shop',
      workflow: 'release',
      revision: 'r1',
      plan: hash,
      trigger: request.trigger,
      parent: null,
      depth: 0,
      startKey: request.startKey ?? null,
      tags: request.tags ?? [],
      priority: request.priority ?? 0,
      rerunOf: null,
      status: 'running',
      startedAt: at,
      endedAt: null,
      control: null,
      output: null,
      error: null,
      version: 1,
      createdAt: at,
      input: JSON.stringify(request.input),
    },
    input: request.input,
    output: null,
    steps: {
      build: { status: 'running', reason: null, output: null, error: null, attempts: 1, startedAt: at, endedAt: null },
      test: { status: 'pending', reason: null, output: null, error: null, attempts: 0, startedAt: null, endedAt: null },
    },
    reused: {},
    reruns: [],
    hooks: [],
    plan: samplePlan,
  };
}
