// Hooks: what a run calls when it reaches a state.
//
// A hook is a run of its own, started by a message that is committed with the state that calls it: exactly one for each
// call, by its start key. Nobody waits for it, and nothing that becomes of it changes the run that called it. A template
// that cannot be rendered, or input that does not fit, is noted in the run's control, where people see it.
//
// The hooks of a workflow are called for each of its runs. Those of the workspace are called for runs that no other run
// started, so that nobody is told twice of one failure; the suspension of a child, which its parent does not share, is told
// by them, too. What a hook started calls no hooks, however deep below: a failing hook would call itself for ever.
import { FaultError } from '../plan/expression-fault.ts';
import { type HookName, hookFields, type PlanHook } from '../plan/plan-hooks.ts';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { checkInput } from '../schema/check-input.ts';
import { formatDuration } from '../values/duration.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { Deciding } from './deciding.ts';
import type { Fault } from './fault.ts';
import type { HookRecord, RunOrigin } from './records.ts';
import { runNames, scopeFor } from './scope.ts';
import type { RunEndStatus } from './status.ts';

/** How many calls a run remembers; of a run that is suspended again and again, the last ones. */
const maxRecords = 100;

/** Why a run is suspended: somebody paused it, or a step asks people. */
export type Suspension = Readonly<{ reason: 'paused' | 'approval'; step: string | null; prompt: string | null }>;

const hookOfEnd: Readonly<Record<RunEndStatus, HookName>> = {
  succeeded: 'on_success',
  failed: 'on_failure',
  timed_out: 'on_failure',
  cancelled: 'on_cancel',
};

/** The run has ended as its head says. */
export function callEndHooks(decision: Deciding, status: RunEndStatus): void {
  const name = hookOfEnd[status];
  callHooks(decision, name, name, isTopLevel(decision.state.origin), { reason: status, step: null, prompt: null });
}

/** The run waits for people from now on. `occurrence` tells this time from the others. */
export function suspended(decision: Deciding, occurrence: string, why: Suspension): void {
  callHooks(decision, 'on_suspend', `on_suspend@${occurrence}`, true, why);
}

/** Whether a run was started by a hook, or below one that was. */
export const isBelowHook = ({ trigger }: Pick<RunOrigin, 'trigger'>): boolean =>
  trigger.type === 'hook' || trigger.hook !== undefined;

const isTopLevel = ({ depth }: RunOrigin): boolean => depth === 0;

type Why = Readonly<{ reason: string; step: string | null; prompt: string | null }>;

function callHooks(decision: Deciding, name: HookName, call: string, ofWorkspaceToo: boolean, why: Why): void {
  const { plan, state } = decision;
  const own = plan.plan.hooks[name] ?? [];
  const shared = ofWorkspaceToo ? (plan.plan.workspaceHooks?.[name] ?? []) : [];
  if (own.length + shared.length === 0 || isBelowHook(state.origin)) return;
  const records: HookRecord[] = [];
  for (const [index, hook] of own.entries()) {
    records.push(callHook(decision, 'hooks', name, hook, index, `${call}:${index}`, why));
  }
  for (const [index, hook] of shared.entries()) {
    records.push(callHook(decision, 'workspaceHooks', name, hook, index, `${call}:${own.length + index}`, why));
  }
  state.hooks = [...state.hooks, ...records].slice(-maxRecords);
  decision.controlChanged = true;
}

function callHook(
  decision: Deciding,
  of: 'hooks' | 'workspaceHooks',
  name: HookName,
  hook: PlanHook,
  index: number,
  call: string,
  why: Why,
): HookRecord {
  const { action, calls } = hook;
  const record = { hook: name, action, call, ...(of === 'hooks' ? {} : { ofWorkspace: true as const }) };
  if (hook.problem !== null) return { ...record, error: { code: 'not_supported_yet', message: hook.problem } };
  const rendered = renderInput(decision, of, name, hook, index, why);
  if ('fault' in rendered) return { ...record, error: rendered.fault };
  decision.changes.send({ kind: 'call_hook', hook: name, call, action, calls, input: rendered.input });
  return record;
}

function renderInput(
  decision: Deciding,
  of: 'hooks' | 'workspaceHooks',
  name: HookName,
  hook: PlanHook,
  index: number,
  why: Why,
): Readonly<{ input: JsonObject } | { fault: Fault }> {
  const { plan, state, now, uuids } = decision;
  try {
    const value = plan.hookInput(of, name, index);
    const view = { plan, state, now, step: null, iteration: 0, attempt: 1, item: null, uuids };
    const names = { run: endedRunNames(decision), hook: { name, ...why } };
    const checked = checkInput(hook.parameters, value.evaluate(scopeFor(view, value.needs, names)) as JsonObject);
    if (checked.ok) return { input: checked.value };
    return { fault: wrongInput(plan, of, name, hook, index, checked.problems) };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { fault: error.fault };
  }
}

function wrongInput(
  { plan }: PreparedPlan,
  of: 'hooks' | 'workspaceHooks',
  name: HookName,
  { action }: PlanHook,
  index: number,
  problems: readonly Readonly<{ path: string; message: string }>[],
): Fault {
  const root = `/${of}/${hookFields[name]}/${index}/input`;
  const at = plan.places[`${root}${problems[0]?.path ?? ''}`] ?? plan.places[root];
  const message = `The input of ${action} is wrong. ${problems.map((problem) => problem.message).join(' ')}`;
  return { code: 'invalid_input', message, ...(at === undefined ? {} : { at }), retryable: false };
}

/** The name `run` as hooks read it: also how the run stands now, how it ended and how long it took. */
function endedRunNames({ state, now }: Deciding): JsonObject {
  const { status, startedAt, endedAt, output, error } = state.head;
  const durationMs = startedAt === null ? 0 : Math.max(0, (endedAt ?? now) - startedAt);
  return {
    ...runNames(state, 1),
    status,
    error: error as Json,
    output: output === null ? null : (JSON.parse(output) as Json),
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    duration: formatDuration(durationMs),
    duration_ms: durationMs,
  };
}
