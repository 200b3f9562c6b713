import type { PermissionObject, RunId } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import { objectOfRun } from './operation-objects.ts';

/** What permissions ask about of runs that things happen in. None of it ever changes, so it is remembered. */
export type RunObjects = Readonly<{
  /** undefined: it has to be looked up. */
  known(run: RunId): PermissionObject | undefined;
  /** null: there is no such run (any more). */
  of(run: RunId): Promise<PermissionObject | null>;
}>;

/** As many runs as are remembered; the oldest are forgotten first. */
const mostRuns = 10_000;

export function createRunObjects(engine: Engine): RunObjects {
  const objects = new Map<RunId, PermissionObject>();
  return {
    known: (run) => objects.get(run),
    async of(run) {
      const known = objects.get(run);
      if (known !== undefined) return known;
      const found = await objectOfRun(engine, run);
      if (found === null) return null;
      const [oldest] = objects.keys();
      if (oldest !== undefined && objects.size >= mostRuns) objects.delete(oldest);
      objects.set(run, found);
      return found;
    },
  };
}
