import type { Definitions } from '../definitions/definitions.ts';
import type { StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';
import { escapePointer, pointerTo, unescapePointer } from '../values/json-pointer.ts';
import type { Place } from '../values/place.ts';

type Placed = readonly (readonly [suffix: string, place: Place])[];

/**
 * The places of a plan: those of its workflow, with pointers from the plan's root, and for each step those of its action's
 * body. Definitions point at what stands in the file (`for_each`, a body's keys beside the step's own); a plan's pointers
 * follow the plan.
 */
export function placesOfPlan(definitions: Definitions, workflow: WorkflowDefinition): Readonly<Record<string, Place>> {
  const groups = groupsOf(definitions);
  const places: Record<string, Place> = {};
  const steps = new Map(workflow.steps.map((step) => [step.name, step]));
  for (const [suffix, place] of groups.get(`/workflows/${escapePointer(workflow.name)}`) ?? []) {
    const match = /^\/steps\/([^/]+)(\/.*)?$/u.exec(suffix);
    const step = steps.get(unescapePointer(match?.[1] ?? ''));
    if (step === undefined) places[suffix] = place;
    else for (const key of stepPointers(step, match?.[2] ?? '')) places[`/steps/${match?.[1]}${key}`] = place;
  }
  for (const step of workflow.steps) {
    if (step.action === undefined || !Object.hasOwn(definitions.actions, step.action)) continue;
    const root = pointerTo('/steps', step.name);
    for (const [suffix, place] of groups.get(pointerTo('/actions', step.action)) ?? []) {
      if (suffix !== '') places[`${root}/action/body${suffix.replace(/^\/body(?=\/)/u, '')}`] = place;
    }
  }
  return places;
}

/** Keys of a step whose names differ between the file and the plan. */
const renamed: Readonly<Record<string, string>> = {
  for_each: 'forEach',
  depends_on: 'dependsOn',
  max_iterations: 'maxIterations',
  step_timeout: 'stepTimeoutMs',
  queue_timeout: 'queueTimeoutMs',
  rate_limit: 'rateLimit',
};
const stepKeys = new Set(
  (
    'description action input dependsOn next join maxIterations when forEach itemConcurrency concurrency batchSize ' +
    'onItemFailure rateLimit retry timeout delay continueOnFailure cache queue priority labels tags'
  ).split(' '),
);

/** Where the plan has what stands at a pointer below a step of a file. An inline body's keys stand beside the step's. */
function stepPointers(step: StepDefinition, pointer: string): readonly string[] {
  const [, first = '', rest = ''] = /^\/([^/]+)(.*)$/u.exec(pointer) ?? [];
  if (first === '') return [''];
  if (first === 'inline') return [`/action/body${rest}`];
  const key = renamed[first] ?? first;
  if (step.inline === undefined || stepKeys.has(key)) return [`/${key}${rest}`];
  return key === 'env' ? [`/env${rest}`, `/action/body/env${rest}`] : [`/action/body/${first}${rest}`];
}

/** Places by the workflow or action that they belong to, made once for all plans of a workspace. */
const grouped = new WeakMap<Definitions, ReadonlyMap<string, Placed>>();

function groupsOf(definitions: Definitions): ReadonlyMap<string, Placed> {
  const known = grouped.get(definitions);
  if (known !== undefined) return known;
  const groups = new Map<string, (readonly [string, Place])[]>();
  for (const [pointer, place] of Object.entries(definitions.places)) {
    const root = /^\/[^/]+\/[^/]+/u.exec(pointer)?.[0];
    if (root === undefined) continue;
    const group = groups.get(root) ?? [];
    group.push([pointer.slice(root.length), place]);
    groups.set(root, group);
  }
  grouped.set(definitions, groups);
  return groups;
}
