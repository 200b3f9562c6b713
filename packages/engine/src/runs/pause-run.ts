import type { RunId, RunStatus } from '@millrace/core';
import { MillraceError } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import { runNotFound } from './run-not-found.ts';

/** Lets nothing begin in a run until it is resumed. What workers hold goes on. */
export function createPauseRun(driver: RunDriver) {
  return async (
    run: RunId,
    { by, reason }: Readonly<{ by: string; reason: string | null }>,
  ): Promise<Readonly<{ status: RunStatus }>> => {
    const settled = await driver.send(run, { type: 'pause', by, reason });
    switch (settled.kind) {
      case 'applied':
        return { status: settled.status };
      case 'rejected':
        throw refused(run, settled.rejection);
      case 'failed':
        throw settled.error;
      default:
        throw runNotFound(run);
    }
  };
}

function refused(run: RunId, { code, message }: Readonly<{ code: string; message: string }>): MillraceError {
  if (code === 'already_paused') {
    return new MillraceError('run_paused', message, { hint: `Resume it with: millrace run resume ${run}` });
  }
  if (code === 'not_pausable') {
    return new MillraceError('run_not_pausable', `Run ${run} cannot be paused. ${message}`, {
      hint: `Let it end, or cancel it with: millrace run cancel ${run}`,
    });
  }
  if (code === 'run_stopping') {
    return new MillraceError('run_stopping', message, { hint: `See what it waits for: millrace explain ${run}` });
  }
  return new MillraceError('run_ended', message, { hint: 'Only a run that has not ended can be paused.' });
}
