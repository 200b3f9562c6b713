import { isRunEnd, type RunId } from '@millrace/core';
import type { Engine } from '../engine-types.ts';
import { findHookCalls } from '../runs/find-hook-calls.ts';
import type { RehearsedHook } from './rehearsal-types.ts';
import type { RunPaths } from './run-paths.ts';

/** The hooks that a rehearsal called, those of child runs as well, in the order of the runs. */
export async function observeHooks(
  engine: Pick<Engine, 'getRun'>,
  runs: readonly RunId[],
  paths: RunPaths,
): Promise<readonly RehearsedHook[]> {
  const found: RehearsedHook[] = [];
  for (const run of runs) {
    for (const called of (await engine.getRun(run)).hooks) {
      const detail = called.run === null ? null : await engine.getRun(called.run);
      found.push({
        call: await paths.of(run, `${called.hook}.${called.action}`, -1),
        input: detail?.input,
        status: called.status,
        error: called.error ?? detail?.run.error ?? null,
      });
    }
  }
  return found;
}

/** Whether all runs that hooks of this run started have ended. */
export async function hooksEnded(engine: Pick<Engine, 'store'>, run: RunId): Promise<boolean> {
  const [loaded] = await engine.store.runs.load([run]);
  if (loaded === undefined) return true;
  const calls = await findHookCalls(engine.store, loaded.run);
  return calls.every(({ status, error }) => error !== null || (status !== null && isRunEnd(status)));
}
