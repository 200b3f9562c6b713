import { join } from 'node:path';
import type { Assignment } from '@millrace/core';

/** Where the files of packs stand among those of their workspace. Workspaces cannot have files there themselves. */
const packsFolder = '.millrace/packs';

/**
 * The folder, from the root of the work folder, that the files named by an action count from: its pack's; '' is the
 * workspace's own. Actions of packs are named `pack.action`, inline ones are of the pack of their workflow.
 */
export function packFolderOf({ actionName, workflow }: Pick<Assignment, 'actionName' | 'workflow'>): string {
  const named = actionName.includes('.') ? actionName : workflow;
  return named.includes('.') ? join(packsFolder, named.slice(0, named.indexOf('.'))) : '';
}
