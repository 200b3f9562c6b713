import type { Run } from '@millrace/api';
import type { RunDetail } from '@millrace/engine';
import { presentFault } from './present-fault.ts';

export function presentHookCall(called: RunDetail['hooks'][number]): Run['hooks'][number] {
  const { hook, action, ofWorkspace, run, status, error } = called;
  return { hook, action, of_workspace: ofWorkspace, run, status, error: presentFault(error) };
}
