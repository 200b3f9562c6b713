import { type RunId, runId, type StepKey } from '@millrace/core';

type Place = StepKey & Readonly<{ run: RunId }>;

/** Where a list of approvals goes on: `run/step/iteration/item` of the last one shown. */
export const approvalCursor = ({ run, step, iteration, item }: Place): string => `${run}/${step}/${iteration}/${item}`;

export function readApprovalCursor(text: string): Place {
  const [run = '', step, iteration, item] = text.split('/');
  return { run: runId(run), step: Number(step), iteration: Number(iteration), item: Number(item) };
}
