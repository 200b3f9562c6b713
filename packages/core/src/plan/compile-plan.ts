import type { Definitions } from '../definitions/definitions.ts';
import type { WorkflowDefinition } from '../definitions/workflow.ts';
import { connectionsRead } from '../secrets/step-secrets.ts';
import type { JsonObject } from '../values/json.ts';
import type { Place } from '../values/place.ts';
import { suggestName } from '../values/suggest-name.ts';
import { actionAsWorkflow } from './action-as-workflow.ts';
import { compileHooks } from './compile-hooks.ts';
import { compileStep } from './compile-step.ts';
import { findMixedCycles } from './find-mixed-cycles.ts';
import { findUnsupported } from './find-unsupported.ts';
import type { Plan } from './plan.ts';
import { placesOfPlan } from './plan-places.ts';

export type PlanProblem = Readonly<{ code: string; message: string; hint: string; place: Place | null }>;

/** `plan` is null when there is no such workflow. A plan with problems can be shown, never executed. */
export type CompileResult = Readonly<{ plan: Plan | null; problems: readonly PlanProblem[] }>;

/**
 * Freezes a workflow into a plan. The definitions are checked already; what the engine cannot execute (yet) is a
 * problem.
 */
export function compilePlan(definitions: Definitions, workspace: string, workflow: string): CompileResult {
  const definition = own(definitions.workflows, workflow);
  if (definition === undefined) return { plan: null, problems: [unknownWorkflow(definitions, workspace, workflow)] };
  const problems = [...findUnsupported(definitions, definition), ...findMixedCycles(definitions, definition)];
  return { plan: freeze(definitions, workspace, definition), problems };
}

/** The plan of an action that has a run of its own: one step, named after it. */
export function compileAction(definitions: Definitions, workspace: string, name: string): CompileResult {
  const action = own(definitions.actions, name);
  if (action === undefined) throw new Error(`Workspace ${workspace} has no action ${name}.`);
  const workflow = actionAsWorkflow(action);
  const { plan, problems } = compilePlan(
    { ...definitions, workflows: { ...definitions.workflows, [name]: workflow }, hooks: workflow.hooks },
    workspace,
    name,
  );
  return { plan, problems };
}

function freeze(definitions: Definitions, workspace: string, workflow: WorkflowDefinition): Plan {
  const numbers = new Map(workflow.steps.map((step, index) => [step.name, index]));
  const dependants = new Map<string, number[]>();
  workflow.steps.forEach((step, index) => {
    for (const name of new Set(step.dependsOn)) {
      const known = dependants.get(name);
      if (known === undefined) dependants.set(name, [index]);
      else known.push(index);
    }
  });
  const targets = new Set(workflow.steps.flatMap((step) => step.next.flatMap((transition) => transition.do)));
  const steps = workflow.steps.map((step, index) =>
    compileStep(definitions, workspace, workflow, step, {
      index,
      entry: targets.has(step.name) ? 'transitions' : 'dependencies',
      dependsOn: numbersOf(step.dependsOn, numbers),
      dependants: dependants.get(step.name) ?? [],
    }),
  );
  return {
    format: 1,
    workspace,
    workflow: workflow.name,
    ...(workflow.description === undefined ? {} : { description: workflow.description }),
    input: workflow.input,
    vars: workflow.vars,
    output: workflow.output ?? null,
    failFast: workflow.failFast,
    timeoutMs: workflow.timeoutMs ?? null,
    ...(workflow.stopGraceMs === undefined ? {} : { stopGraceMs: workflow.stopGraceMs }),
    priority: workflow.priority ?? 0,
    queue: workflow.queue ?? 'default',
    mode: workflow.mode,
    ...(workflow.mode === 'local' && workflow.onWorkerLoss === 'fail' ? { failsOnWorkerLoss: true as const } : {}),
    concurrency: workflow.concurrency ?? null,
    ...(workflow.rateLimit === undefined ? {} : { rateLimit: workflow.rateLimit }),
    hooks: compileHooks(definitions, workflow.hooks),
    ...workspaceHooks(definitions),
    ...(workflow.config === undefined ? {} : { config: workflow.config }),
    ...frozenConnections(definitions, connectionsRead(steps)),
    steps,
    places: placesOfPlan(definitions, workflow),
  };
}

/** Their values without any secret, so that a later edit of a connection changes no run in flight. */
function frozenConnections({ connections = {} }: Definitions, names: readonly string[]): Pick<Plan, 'connections'> {
  const read = names.flatMap((name): readonly (readonly [string, JsonObject])[] => {
    const connection = own(connections, name);
    return connection === undefined ? [] : [[name, connection.values]];
  });
  return read.length === 0 ? {} : { connections: Object.fromEntries(read) };
}

function workspaceHooks(definitions: Definitions): Pick<Plan, 'workspaceHooks'> {
  const hooks = compileHooks(definitions, definitions.hooks);
  return Object.keys(hooks).length === 0 ? {} : { workspaceHooks: hooks };
}

function numbersOf(names: readonly string[], numbers: ReadonlyMap<string, number>): readonly number[] {
  return [...new Set(names)].flatMap((name) => numbers.get(name) ?? []);
}

function unknownWorkflow(definitions: Definitions, workspace: string, workflow: string): PlanProblem {
  const known = Object.keys(definitions.workflows);
  const suggestion = suggestName(workflow, known);
  const listed = known.length === 0 ? 'It has none.' : `It has: ${known.slice(0, 20).join(', ')}.`;
  return {
    code: 'workflow_not_found',
    message: `Workspace ${workspace} has no workflow ${workflow}.`,
    hint: suggestion === undefined ? listed : `Did you mean ${suggestion}?`,
    place: null,
  };
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
