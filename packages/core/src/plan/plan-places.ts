import type { Definitions } from '../definitions/definitions.ts';
import type { StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';
import { pointerTo } from '../values/json-pointer.ts';
import type { Place } from '../values/place.ts';
import { hookFields } from './plan-hooks.ts';

type Placed = readonly (readonly [suffix: string, place: Place])[];

/**
 * The places of a plan, with pointers from its root: those of its workflow, and for each step those of the action that
 * it calls, whose body stands at `/steps/<name>/action/body`.
 */
export function placesOfPlan(definitions: Definitions, workflow: WorkflowDefinition): Readonly<Record<string, Place>> {
  const groups = groupsOf(definitions);
  const places: Record<string, Place> = {};
  for (const step of workflow.steps) {
    if (step.action === undefined) continue;
    for (const [suffix, place] of groups.get(pointerTo('/actions', step.action)) ?? []) {
      const pointer = pointerInStep(step, suffix);
      if (pointer !== null) places[pointerTo('/steps', step.name) + pointer] = place;
    }
  }
  for (const field of Object.values(hookFields)) {
    for (const [suffix, place] of groups.get(`/hooks/${field}`) ?? [])
      places[`/workspaceHooks/${field}${suffix}`] = place;
  }
  // What the step says itself comes last: it wins over its action.
  for (const [suffix, place] of groups.get(pointerTo('/workflows', workflow.name)) ?? []) {
    places[suffix.replace(/^(\/steps\/[^/]+)\/inline(?=\/|$)/u, '$1/action/body')] = place;
  }
  return places;
}

/** Where a step of a plan has what its action says at `suffix`; null when it has something else, or nothing. */
function pointerInStep(step: StepDefinition, suffix: string): string | null {
  if (suffix.startsWith('/body')) return `/action${suffix}`;
  return suffix.startsWith('/retry') && step.retry === undefined ? suffix : null;
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
