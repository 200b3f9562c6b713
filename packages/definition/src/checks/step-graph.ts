import type { Place } from '@millrace/core';
import { engineTargets } from '../values/names.ts';
import { listAt, nodeAt, placeOf, type SourceNode } from '../yaml/source-node.ts';
import type { LoadedWorkflow } from './loaded.ts';

/** A step's name as another step writes it. */
export type StepRef = Readonly<{ name: string; at: Place }>;

/**
 * The edges of a workflow as they are written, read from the source so that a step with an error elsewhere keeps its
 * edges. Names of steps that do not exist are left out of `before` and `inbound`.
 */
export type StepGraph = Readonly<{
  names: readonly string[];
  dependsOn: ReadonlyMap<string, readonly StepRef[]>;
  /** The targets of a step's transitions, engine targets left out; one list for each transition. */
  targets: ReadonlyMap<string, readonly (readonly StepRef[])[]>;
  /** How many steps have transitions that name a step; a join counts these, however many transitions each has. */
  inbound: ReadonlyMap<string, number>;
  /** The steps directly before a step, by either kind of edge. */
  before: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a step can come after another one; after itself only if it stands in a loop. */
  isBefore: (earlier: string, name: string) => boolean;
}>;

export function stepGraph(workflow: LoadedWorkflow): StepGraph {
  const names = [...workflow.steps.keys()];
  const dependsOn = new Map<string, readonly StepRef[]>();
  const targets = new Map<string, readonly (readonly StepRef[])[]>();
  const inbound = new Map<string, number>();
  const before = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  for (const [name, { node }] of workflow.steps) {
    const dependencies = refsIn(nodeAt(node, ['depends_on']));
    dependsOn.set(name, dependencies);
    for (const ref of dependencies) if (before.has(ref.name)) before.get(name)?.add(ref.name);
    const transitions = listAt(node, 'next')?.items ?? [];
    const perTransition = transitions.map((one) =>
      refsIn(nodeAt(one, ['do'])).filter((ref) => !isEngineTarget(ref.name)),
    );
    targets.set(name, perTransition);
    for (const target of new Set(perTransition.flat().map((ref) => ref.name))) {
      before.get(target)?.add(name);
      inbound.set(target, (inbound.get(target) ?? 0) + 1);
    }
  }
  return { names, dependsOn, targets, inbound, before, isBefore: isBeforeIn(before) };
}

function isEngineTarget(name: string): boolean {
  return (engineTargets as readonly string[]).includes(name);
}

function refsIn(node: SourceNode | undefined): readonly StepRef[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [{ name: item.value, at: placeOf(item) }] : [],
  );
}

/** Walks backwards only as far as needed: what a step reads is mostly near, and sets for all steps would grow squarely. */
function isBeforeIn(before: ReadonlyMap<string, ReadonlySet<string>>): (earlier: string, name: string) => boolean {
  return (earlier, name) => {
    const found = new Set<string>(before.get(name));
    for (const step of found) {
      if (found.has(earlier)) return true;
      for (const one of before.get(step) ?? []) found.add(one);
    }
    return found.has(earlier);
  };
}
