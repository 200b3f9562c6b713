import { isWithinReach, type RunId, runObject } from '@millrace/core';
import { asksApprover } from '../approvals/asks-approver.ts';
import { approvalCursor, readApprovalCursor } from '../ports/approval-cursor.ts';
import type { ApprovalFilter, Page, Paged, StoredApproval } from '../ports/queries.ts';
import { compareRunIds, compareSteps, type MemoryState, type RunEntry } from './memory-state.ts';

/** From the newest run on, past what the cursor names. */
export function listApprovals(
  state: MemoryState,
  filter: ApprovalFilter,
  { limit, after }: Page,
): Paged<StoredApproval> {
  const from = after === null ? null : readApprovalCursor(after);
  const items: StoredApproval[] = [];
  for (let at = state.runOrder.length - 1; at >= 0; at--) {
    const id = state.runOrder[at] as RunId;
    const passed = from === null ? -1 : compareRunIds(id, from.run);
    const run = passed > 0 ? undefined : state.runs.get(id);
    if (run === undefined || !isAsked(run, filter)) continue;
    const object = runObject(run.origin);
    for (const approval of approvalsOf(run)) {
      if (from !== null && passed === 0 && compareSteps(approval, from) <= 0) continue;
      if (!asksApprover(filter, approval, object)) continue;
      if (items.length === limit) return { items, next: approvalCursor(items[limit - 1] as StoredApproval) };
      items.push(approval);
    }
  }
  return { items, next: null };
}

const isAsked = ({ origin }: RunEntry, { workspace, workflow, run, reach }: ApprovalFilter): boolean =>
  (workspace ?? origin.workspace) === origin.workspace &&
  (workflow ?? origin.workflow) === origin.workflow &&
  (run ?? origin.id) === origin.id &&
  (reach === undefined || isWithinReach(reach, runObject(origin)));

function approvalsOf({ origin, waits }: RunEntry): readonly StoredApproval[] {
  const { id: run, workspace, workflow, plan } = origin;
  return [...waits.values()]
    .filter(({ wait }) => wait.kind === 'approval')
    .map(({ wait: { step, item, iteration, attempt, document } }) => ({
      run,
      workspace,
      workflow,
      plan,
      step,
      item,
      iteration,
      attempt,
      document: document ?? 'null',
    }))
    .sort(compareSteps);
}
