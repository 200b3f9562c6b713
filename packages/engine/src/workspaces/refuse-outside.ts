import { isWithinReach, MillraceError, type PermissionObject, type Reach } from '@millrace/core';

/**
 * Throws `forbidden` for what is beyond a reach where a revision has its workflow: another revision than the one that the caller
 * was asked about may have it in another folder, and he must not get from one into the other.
 */
export function refuseOutside(within: Reach | undefined, object: PermissionObject, revision: string): void {
  if (within === undefined || isWithinReach(within, object)) return;
  const place = object.folder === null ? 'no folder' : `the folder ${object.folder}`;
  throw new MillraceError('forbidden', `Revision ${revision} has ${object.name} in ${place}, which is not yours.`, {
    hint: 'Take a revision that has it where you may, or ask an administrator.',
  });
}
