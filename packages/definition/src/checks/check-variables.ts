import type { Place } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { isReservedName } from '../values/names.ts';
import { listAt, mapAt, nodeAt, placeOfKey, type SourceNode } from '../yaml/source-node.ts';
import type { LoadedWorkflow } from './loaded.ts';
import type { StepGraph } from './step-graph.ts';

export type Publisher = Readonly<{ step: string; variable: string; at: Place }>;

/** Every variable that a step of the workflow publishes. */
export function publishersOf(workflow: LoadedWorkflow): readonly Publisher[] {
  const found: Publisher[] = [];
  for (const [step, { node }] of workflow.steps) {
    for (const transition of listAt(node, 'next')?.items ?? []) {
      const published = nodeAt(transition, ['publish']);
      const maps: readonly SourceNode[] =
        published?.kind === 'list' ? published.items : published === undefined ? [] : [published];
      for (const map of maps) {
        if (map.kind !== 'map') continue;
        for (const variable of map.entries.keys()) found.push({ step, variable, at: placeOfKey(map, variable) });
      }
    }
  }
  return found;
}

/** Variables are names of the expression language, so its words cannot be theirs. */
export function checkVariableNames(workflow: LoadedWorkflow, publishers: readonly Publisher[], report: Report): void {
  const declared = mapAt(workflow.node, 'vars');
  const first = [...(declared?.entries.keys() ?? [])].map((variable) => ({
    variable,
    at: declared === undefined ? workflow.at : placeOfKey(declared, variable),
  }));
  for (const { variable, at } of [...first, ...publishers]) {
    if (!isReservedName(variable)) continue;
    const message = `\`${variable}\` is a reserved word and cannot be the name of a variable.`;
    report({ code: 'reserved_name', message, hint: 'Use another name.', at });
  }
}

/** Warns where two steps of which neither comes after the other publish the same variable: the later commit wins. */
export function checkPublishers(publishers: readonly Publisher[], graph: StepGraph, report: Report): void {
  const byVariable = Map.groupBy(publishers, ({ variable }) => variable);
  for (const [variable, those] of byVariable) {
    const pair = firstConcurrent(those, graph);
    if (pair === null) continue;
    const [one, other] = pair;
    report({
      code: 'concurrent_publish',
      message: `Steps \`${one.step}\` and \`${other.step}\` may run at the same time and both publish \`${variable}\`: the later one wins.`,
      hint: 'Publish under two names, or let one step come after the other.',
      at: other.at,
    });
  }
}

function firstConcurrent(those: readonly Publisher[], graph: StepGraph): readonly [Publisher, Publisher] | null {
  for (const [index, other] of those.entries()) {
    const one = those.slice(0, index).find((earlier) => areConcurrent(earlier.step, other.step, graph));
    if (one !== undefined) return [one, other];
  }
  return null;
}

function areConcurrent(one: string, other: string, graph: StepGraph): boolean {
  return one !== other && !graph.isBefore(other, one) && !graph.isBefore(one, other);
}
