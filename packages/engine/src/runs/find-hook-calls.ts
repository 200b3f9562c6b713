import type { Fault, HookName, RunControl, RunId, RunRecord, RunStatus } from '@millrace/core';
import { hookStartKey } from '../outbox/hook-start-key.ts';
import type { Store } from '../ports/store.ts';

/** A hook that a run called, and what became of it. */
export type HookCallState = Readonly<{
  hook: HookName;
  action: string;
  ofWorkspace: boolean;
  /** null: it is being started, or could not be (`error`). */
  run: RunId | null;
  status: RunStatus | null;
  /** Why it could not be called. */
  error: Fault | null;
}>;

/** The hooks that the run called, in their order. Costs nothing for a run that called none. */
export async function findHookCalls(
  store: Pick<Store, 'runs'>,
  { id, workspace, control }: Pick<RunRecord, 'id' | 'workspace' | 'control'>,
): Promise<readonly HookCallState[]> {
  const { hooks = [] } = (control === null ? {} : JSON.parse(control)) as RunControl;
  return Promise.all(
    hooks.map(async ({ hook, action, call, ofWorkspace, error }): Promise<HookCallState> => {
      const common = { hook, action, ofWorkspace: ofWorkspace === true };
      if (error !== undefined) return { ...common, run: null, status: null, error };
      const run = await store.runs.findByStartKey(workspace, hookStartKey(id, call));
      return { ...common, run, status: run === null ? null : await store.runs.status(run), error: null };
    }),
  );
}
