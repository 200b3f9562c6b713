// Logs of the fake engine: they are what the test writes.
import { isRunEnd, type RunId } from '@millrace/core';
import type { Engine, EngineEvent, LogCursor, LogPage, LogRef } from '@millrace/engine';
import type { FakeRuns } from './fake-runs.ts';
import { samplePlan } from './sample-plan.ts';

export function createFakeLogs({ find }: FakeRuns, emit: (event: EngineEvent) => void) {
  function appendLog(
    run: RunId,
    ref: Partial<LogRef>,
    lines: string,
    options: Readonly<{ silent?: boolean }> = {},
  ): void {
    const full: LogRef = { step: 'build', item: -1, iteration: 0, attempt: 1, ...ref };
    const { logs } = find(run);
    const log = logs.find((other) => JSON.stringify(other.ref) === JSON.stringify(full));
    const data = Buffer.concat([log?.data ?? Buffer.alloc(0), Buffer.from(lines)]);
    if (log === undefined) logs.push({ ref: full, data });
    else log.data = data;
    if (options.silent === true) return;
    emit({ type: 'log', run, workspace: 'shop', workflow: 'release', ...full, sizeBytes: data.length });
  }

  const operations: Pick<Engine, 'readLogs' | 'listLogs'> = {
    async readLogs(request): Promise<LogPage> {
      const { detail, logs } = find(request.run);
      let budget = request.limitBytes ?? 1024 * 1024;
      const chunks: LogPage['chunks'][number][] = [];
      let next: LogCursor | null = request.from ?? null;
      const wanted = sorted(logs).filter(
        ({ ref }) =>
          (request.step ?? ref.step) === ref.step &&
          (request.item ?? ref.item) === ref.item &&
          (request.iteration ?? ref.iteration) === ref.iteration &&
          (request.attempt ?? ref.attempt) === ref.attempt,
      );
      const from = request.from;
      const begin = from === undefined ? 0 : wanted.findIndex(({ ref }) => order(ref) >= order(from));
      for (const { ref, data } of begin < 0 ? [] : wanted.slice(begin)) {
        const start = from !== undefined && order(ref) === order(from) ? from.offset : (request.offset ?? 0);
        if (start >= data.length) continue;
        if (budget <= 0) return { chunks, next, complete: false };
        const cut = start + budget >= data.length ? data.length : data.lastIndexOf(10, start + budget - 1) + 1;
        const part = data.subarray(start, cut <= start ? start + budget : cut);
        chunks.push({ ...ref, offset: start, data: part });
        budget -= part.length;
        next = { ...ref, offset: start + part.length };
        if (start + part.length < data.length) return { chunks, next, complete: false };
      }
      return { chunks, next, complete: isRunEnd(detail.run.status) };
    },
    listLogs: async (run) => sorted(find(run).logs).map(({ ref, data }) => ({ ...ref, sizeBytes: data.length })),
  };

  return { append: appendLog, operations };
}

const order = ({ step, iteration, item, attempt }: LogRef): string =>
  [samplePlan.steps.findIndex(({ name }) => name === step), iteration, item + 1, attempt]
    .map((part) => String(part).padStart(6, '0'))
    .join('/');

const sorted = <Log extends Readonly<{ ref: LogRef }>>(logs: readonly Log[]): readonly Log[] =>
  [...logs].sort((a, b) => (order(a.ref) < order(b.ref) ? -1 : 1));
