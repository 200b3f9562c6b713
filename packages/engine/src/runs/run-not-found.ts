import { MillraceError, type RunId } from '@millrace/core';

export const runNotFound = (run: RunId): MillraceError =>
  new MillraceError('run_not_found', `There is no run ${run}.`, { hint: 'List runs with: millrace run list' });
