import { matchesPattern } from './grant.ts';
import type { Condition, Reach, Rule } from './reach.ts';

/**
 * Whether anything in a workspace may be within a reach. False only where nothing in it can be, so that a workspace of which
 * somebody reaches nothing can be treated as if it were not there.
 */
export const reachesWorkspace = (reach: Reach, workspace: string): boolean =>
  reach.every(({ allow, deny }) => allow.some(isOf(workspace)) && !deny.some(isWhole(workspace)));

/** Whether a rule can match something in the workspace. */
const isOf =
  (workspace: string) =>
  (rule: Rule): boolean =>
    rule.every((condition) => condition.workspace === undefined || matchesPattern(condition.workspace, workspace));

/** Whether a rule matches everything in the workspace. */
const isWhole =
  (workspace: string) =>
  (rule: Rule): boolean =>
    isOf(workspace)(rule) && rule.every(isNoNarrower);

const isNoNarrower = ({ name, folder, label, owner }: Condition): boolean =>
  name === undefined && folder === undefined && label === undefined && owner === undefined;
