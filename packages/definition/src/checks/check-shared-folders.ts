import type { ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { placeOfKey } from '../yaml/source-node.ts';
import { type Loaded, typeOfStep } from './loaded.ts';

/** What has processes that could use a folder. */
const withProcesses: ReadonlySet<ActionType> = new Set(['shell', 'script', 'docker', 'pod']);

/** A shared folder is of use only to processes. */
export function checkSharedFolders(loaded: Loaded, report: Report): void {
  for (const { steps } of loaded.workflows.values()) {
    for (const step of steps.values()) {
      if (step.definition?.sharedFolder !== true) continue;
      const type = typeOfStep(loaded, step);
      if (type === null || withProcesses.has(type)) continue;
      report({
        code: 'shared_folder_without_process',
        message: `Step \`${step.name}\` asks for the shared folder, and an action of type ${type} has no process that could use it.`,
        hint: 'Remove `shared_folder`; it is for steps of type shell and script.',
        at: step.node.kind === 'map' ? placeOfKey(step.node, 'shared_folder') : step.at,
      });
    }
  }
}
