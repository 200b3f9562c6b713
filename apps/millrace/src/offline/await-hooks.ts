import { setTimeout as pause } from 'node:timers/promises';
import { isRunEnd, type RunId } from '@millrace/core';
import type { Engine, RunDetail } from '@millrace/engine';

/** Until a message between runs is delivered: within the turn, in a process of its own. */
const startingMs = 10;

/** Waits for the runs of hooks that an ended run called, and tells of each that did not succeed. */
export async function awaitHooks(
  engine: Engine,
  run: RunId,
  onFailed: (hook: string, why: string) => void,
  over: AbortSignal,
): Promise<RunDetail> {
  for (;;) {
    const detail = await engine.getRun(run);
    const open = detail.hooks.find(({ status, error }) => error === null && (status === null || !isRunEnd(status)));
    if (open === undefined || over.aborted) {
      await tellFailures(engine, detail, onFailed);
      return detail;
    }
    if (open.run === null) await pause(startingMs);
    else await engine.waitForRun(open.run, { signal: over });
  }
}

async function tellFailures(engine: Engine, { hooks }: RunDetail, onFailed: (hook: string, why: string) => void) {
  for (const { hook, action, run, status, error } of hooks) {
    if (error !== null) onFailed(`${hook} (${action})`, `could not be called: ${error.message}`);
    else if (run !== null && status !== 'succeeded') {
      const cause = (await engine.getRun(run)).run.error;
      onFailed(`${hook} (${action})`, `${status}${cause === null ? '' : `: ${cause.message}`}`);
    }
  }
}
