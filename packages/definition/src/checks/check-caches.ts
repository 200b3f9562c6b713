import type { ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { placeOfKey } from '../yaml/source-node.ts';
import { type Loaded, typeOfStep } from './loaded.ts';

/** What is done for its own sake: to leave it out because it was done before would be to leave it out. */
const neverCached: ReadonlySet<ActionType> = new Set(['approval', 'wait', 'emit']);

/** A cache is for steps that are run for their output. */
export function checkCaches(loaded: Loaded, report: Report): void {
  for (const { steps } of loaded.workflows.values()) {
    for (const step of steps.values()) {
      if (step.definition?.cache === undefined) continue;
      const type = typeOfStep(loaded, step);
      if (type === null || !neverCached.has(type)) continue;
      report({
        code: 'cache_without_output',
        message: `Step \`${step.name}\` has a \`cache\`, and an action of type ${type} is not done for an output that could be kept.`,
        hint: 'Remove `cache`; it is for steps whose output depends on nothing but what its key names.',
        at: step.node.kind === 'map' ? placeOfKey(step.node, 'cache') : step.at,
      });
    }
  }
}
