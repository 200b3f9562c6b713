// What must hold of hooks: each state that calls some calls all of them, in the commit that brings it about; each call gets
// one run; what a hook started calls none.
import { type HookName, isBelowHook, isRunEnd, type LoadedRun, type PreparedPlan, type RunId } from '@millrace/core';
import { hookStartKey } from '../../src/outbox/hook-start-key.ts';
import { controlOf } from './run-checks.ts';
import { Violation } from './violation.ts';

const hookOfEnd: Readonly<Record<string, HookName>> = {
  succeeded: 'on_success',
  failed: 'on_failure',
  timed_out: 'on_failure',
  cancelled: 'on_cancel',
};

export class HookChecks {
  /** Runs of hooks, by their start keys. */
  readonly #runs = new Map<string, RunId>();

  created({ run }: LoadedRun): void {
    // A re-run of what a hook called keeps what started that.
    if (run.trigger.type !== 'hook' || run.startKey === null || run.rerunOf !== null) return;
    const other = this.#runs.get(run.startKey);
    if (other !== undefined) {
      throw new Violation('hook_once', `The call ${run.startKey} has the runs ${other} and ${run.id}.`);
    }
    this.#runs.set(run.startKey, run.id);
  }

  /** After a run's commit. */
  committed({ plan }: PreparedPlan, { run }: LoadedRun): void {
    const { hooks = [] } = controlOf(run);
    if (isBelowHook(run)) {
      if (hooks.length === 0) return;
      throw new Violation('hooks_call_none', `Run ${run.id}, which a hook started, called ${hooks[0]?.call}.`);
    }
    if (!isRunEnd(run.status)) return;
    const name = hookOfEnd[run.status] ?? 'on_success';
    const shared = run.depth === 0 ? (plan.workspaceHooks?.[name] ?? []) : [];
    const expected = [...(plan.hooks[name] ?? []), ...shared].map(({ action }) => action);
    const called = hooks.filter(({ hook }) => hook === name).map(({ action }) => action);
    if (expected.join() === called.join()) return;
    const message = `Run ${run.id} ended as ${run.status} and called ${called.join() || 'nothing'}, not ${expected.join()}.`;
    throw new Violation('hooks_are_called', message);
  }

  /** When everything has ended: how many runs hooks started. */
  atEnd(runs: Iterable<LoadedRun>): Readonly<{ called: number; refused: number }> {
    const counts = { called: 0, refused: 0 };
    for (const { run } of runs) {
      for (const { call, error } of controlOf(run).hooks ?? []) {
        counts[error === undefined ? 'called' : 'refused'] += 1;
        if (this.#runs.has(hookStartKey(run.id, call)) === (error === undefined)) continue;
        const what = error === undefined ? 'has no run' : `was refused (${error.message}) and has a run`;
        throw new Violation('hook_once', `The call ${call} of run ${run.id} ${what}.`);
      }
    }
    if (counts.called !== this.#runs.size) {
      throw new Violation('hook_once', `${counts.called} calls of hooks have ${this.#runs.size} runs.`);
    }
    return counts;
  }
}
