import type { ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { placeOfKey } from '../yaml/source-node.ts';
import { findTarget, type Loaded, type LoadedStep } from './loaded.ts';

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

/** The type of what a step calls; null when it is not known. */
function typeOfStep(loaded: Loaded, { definition }: LoadedStep): ActionType | null {
  if (definition === null) return null;
  if (definition.inline !== undefined) return definition.inline.type;
  const target = findTarget(loaded, definition.action ?? '');
  if (target.kind === 'workflow') return 'workflow';
  return target.kind === 'action' ? (target.action.definition?.body.type ?? null) : null;
}
