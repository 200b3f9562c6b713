import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { engineTargets } from '../values/names.ts';
import { nodeAt, placeOf, placeOfKey } from '../yaml/source-node.ts';
import { findCycles } from './find-cycles.ts';
import type { LoadedStep, LoadedWorkflow } from './loaded.ts';
import type { StepGraph, StepRef } from './step-graph.ts';

/** Checks the edges of a workflow: that they lead somewhere, that every step can be reached, and that joins can be met. */
export function checkGraph(workflow: LoadedWorkflow, graph: StepGraph, report: Report): void {
  for (const [name, step] of workflow.steps) {
    checkEdges(step, graph, report);
    checkEntry(step, graph, report);
    checkJoin(name, step, graph, report);
    checkUselessKeys(step, report);
  }
  const inCycle = checkCycles(graph, report);
  checkReachable(workflow, graph, inCycle, report);
}

function checkEdges({ name }: LoadedStep, graph: StepGraph, report: Report): void {
  for (const ref of graph.dependsOn.get(name) ?? []) {
    if (ref.name === name) {
      const message = `Step \`${name}\` depends on itself, so it could never start.`;
      report({ code: 'self_dependency', message, hint: 'Remove it from `depends_on`.', at: ref.at });
    } else if (!graph.before.has(ref.name))
      reportUnknownStep(ref, `\`depends_on\` of step \`${name}\``, graph.names, report);
  }
  for (const ref of (graph.targets.get(name) ?? []).flat()) {
    if (graph.before.has(ref.name)) continue;
    reportUnknownStep(ref, `\`do\` of step \`${name}\``, [...graph.names, ...engineTargets], report);
  }
}

function reportUnknownStep(ref: StepRef, where: string, known: readonly string[], report: Report): void {
  report({
    code: 'unknown_step',
    message: `${where} names the step \`${ref.name}\`, which this workflow does not have.`,
    hint: didYouMean(ref.name, known, 'Steps'),
    at: ref.at,
  });
}

function checkEntry({ name, node, at }: LoadedStep, graph: StepGraph, report: Report): void {
  if ((graph.dependsOn.get(name) ?? []).length === 0 || (graph.inbound.get(name) ?? 0) === 0) return;
  const from = graph.names.filter((one) => (graph.targets.get(one) ?? []).flat().some((ref) => ref.name === name));
  report({
    code: 'entered_both_ways',
    message: `Step \`${name}\` has \`depends_on\` and is also named in \`do\` of ${from.map((one) => `\`${one}\``).join(', ')}.`,
    hint: 'A step is entered by dependencies or by transitions. Remove one of the two.',
    at: node.kind === 'map' ? placeOfKey(node, 'depends_on') : at,
  });
}

function checkJoin(name: string, { node }: LoadedStep, graph: StepGraph, report: Report): void {
  const join = nodeAt(node, ['join']);
  if (join?.kind !== 'scalar' || node.kind !== 'map') return;
  const inbound = graph.inbound.get(name) ?? 0;
  if (inbound === 0) {
    report({
      code: 'join_without_inbound',
      message: `Step \`${name}\` has \`join\`, but no transition leads to it.`,
      hint: 'Name it in `do` of other steps. Steps with `depends_on` wait for all of them anyway.',
      at: placeOfKey(node, 'join'),
    });
  } else if (typeof join.value === 'number' && join.value > inbound) {
    report({
      code: 'join_unreachable',
      message: `Step \`${name}\` waits for ${join.value} arrivals, but only ${inbound} ${inbound === 1 ? 'step leads' : 'steps lead'} to it.`,
      hint: `Write \`join: all\`, or a number up to ${inbound}.`,
      at: placeOf(join),
    });
  }
}

const forItems = ['batch_size', 'on_item_failure'];

function checkUselessKeys({ name, node }: LoadedStep, report: Report): void {
  if (node.kind !== 'map' || node.entries.has('for_each')) return;
  const concurrency = node.entries.get('concurrency')?.value;
  const keys = concurrency?.kind === 'scalar' ? [...forItems, 'concurrency'] : forItems;
  for (const key of keys) {
    if (!node.entries.has(key)) continue;
    report({
      code: 'useless_key',
      message: `Step \`${name}\` has \`${key}\` without \`for_each\`: it has no effect.`,
      hint:
        key === 'concurrency'
          ? 'For a limit shared by runs write `concurrency: { key: …, limit: … }`.'
          : 'Remove it, or add `for_each`.',
      at: placeOfKey(node, key),
    });
  }
}

function checkCycles(graph: StepGraph, report: Report): ReadonlySet<string> {
  const edges = (name: string) =>
    (graph.dependsOn.get(name) ?? []).map((ref) => ref.name).filter((one) => one !== name);
  const members = new Set<string>();
  for (const cycle of findCycles(graph.names, edges)) {
    for (const name of cycle) members.add(name);
    const [first, second] = cycle;
    const at = graph.dependsOn.get(first ?? '')?.find((ref) => ref.name === second)?.at;
    if (first === undefined || at === undefined) continue;
    report({
      code: 'dependency_cycle',
      message: `These steps depend on each other in a circle, so none could start: ${[...cycle, first].map((name) => `\`${name}\``).join(' → ')}.`,
      hint: 'Remove one of these dependencies. Loops are written with `next`.',
      at,
    });
  }
  return members;
}

/** A step is reached from an entry step along transitions, or when all its dependencies are. */
function checkReachable(
  workflow: LoadedWorkflow,
  graph: StepGraph,
  excused: ReadonlySet<string>,
  report: Report,
): void {
  const reached = new Set<string>();
  const after = new Map<string, string[]>();
  for (const [name, earlier] of graph.before)
    for (const one of earlier) after.set(one, [...(after.get(one) ?? []), name]);
  const dependencies = (name: string) =>
    (graph.dependsOn.get(name) ?? []).filter((ref) => ref.name !== name && graph.before.has(ref.name));
  const queue = graph.names.filter((name) => excused.has(name) || isEntry(name, graph));
  for (const name of queue) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const next of after.get(name) ?? []) {
      if (dependencies(next).every((ref) => reached.has(ref.name))) queue.push(next);
    }
  }
  for (const [name, { at }] of workflow.steps) {
    if (reached.has(name)) continue;
    report({
      code: 'unreachable_step',
      message: `Step \`${name}\` can never start: no way leads to it from a step that starts by itself.`,
      hint: 'Name it in `do` of a step that is reached, or remove the transitions into it.',
      at,
    });
  }
}

/** Nothing leads to it, except perhaps a transition of its own: a loop begins by itself. */
function isEntry(name: string, graph: StepGraph): boolean {
  const known = (graph.dependsOn.get(name) ?? []).filter((ref) => ref.name !== name && graph.before.has(ref.name));
  return known.length === 0 && [...(graph.before.get(name) ?? [])].every((earlier) => earlier === name);
}
