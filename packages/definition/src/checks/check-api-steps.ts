import type { ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { placeOfKey } from '../yaml/source-node.ts';
import { type Loaded, typeOfStep } from './loaded.ts';

/** What has processes, which find the address and the token in their environment. */
const withProcesses: ReadonlySet<ActionType> = new Set(['shell', 'script']);

/** A token for the API is of use only to processes. */
export function checkApiSteps(loaded: Loaded, report: Report): void {
  for (const { steps } of loaded.workflows.values()) {
    for (const step of steps.values()) {
      if (step.definition?.api !== true) continue;
      const type = typeOfStep(loaded, step);
      if (type === null || withProcesses.has(type)) continue;
      report({
        code: 'api_without_process',
        message: `Step \`${step.name}\` asks for the API, and an action of type ${type} has no process that could call it.`,
        hint: 'Remove `api`; it is for steps of type shell and script.',
        at: step.node.kind === 'map' ? placeOfKey(step.node, 'api') : step.at,
      });
    }
  }
}
