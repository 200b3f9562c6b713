import type { Definitions } from '../definitions/definitions.ts';
import type { HookCall, Hooks } from '../definitions/workflow.ts';
import { actionAsWorkflow } from './action-as-workflow.ts';
import { findUnsupported } from './find-unsupported.ts';
import { hookFields, hookNames, type PlanHook, type PlanHooks } from './plan-hooks.ts';

/** The hooks of a workflow, or of its workspace, with what they call. */
export function compileHooks(definitions: Definitions, hooks: Hooks): PlanHooks {
  const named = hookNames
    .map((name) => [name, hooks[hookFields[name]]] as const)
    .filter(([, calls]) => calls.length > 0);
  return Object.fromEntries(named.map(([name, calls]) => [name, calls.map((call) => compileHook(definitions, call))]));
}

/** The names of the actions that hooks call: each has a plan of its own. */
export function actionsOfHooks(definitions: Definitions): readonly string[] {
  const all = [definitions.hooks, ...Object.values(definitions.workflows).map(({ hooks }) => hooks)];
  const called = all.flatMap((hooks) =>
    Object.values(hooks)
      .flat()
      .map(({ action }) => action),
  );
  return [...new Set(called)].filter((name) => Object.hasOwn(definitions.actions, name));
}

function compileHook(definitions: Definitions, { action: name, input }: HookCall): PlanHook {
  const action = Object.hasOwn(definitions.actions, name) ? definitions.actions[name] : undefined;
  const called = action === undefined ? definitions.workflows[name] : actionAsWorkflow(action);
  const calls = action === undefined ? 'workflow' : 'action';
  if (called === undefined) {
    const problem = `The pack action ${name} is not executed by this version of Millrace yet.`;
    return { action: name, calls: 'action', input, parameters: { kind: 'flat', fields: {} }, problem };
  }
  const problem = findUnsupported(definitions, called)[0]?.message ?? null;
  return { action: name, calls, input, parameters: called.input, problem };
}
