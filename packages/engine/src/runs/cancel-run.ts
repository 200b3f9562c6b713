import type { RunId, RunStatus } from '@millrace/core';
import { MillraceError } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import { runNotFound } from './run-not-found.ts';

/** Asks a run to end. What runs is told to stop and has its grace; with `force` it ends at once. */
export function createCancelRun(driver: RunDriver) {
  return async (
    run: RunId,
    { by, reason, force }: Readonly<{ by: string; reason: string | null; force: boolean }>,
  ): Promise<Readonly<{ status: RunStatus }>> => {
    const settled = await driver.send(run, { type: 'cancel', by, reason, force });
    switch (settled.kind) {
      case 'applied':
        return { status: settled.status };
      case 'rejected':
        if (settled.rejection.code === 'already_cancelling') return { status: 'running' };
        throw new MillraceError('run_ended', settled.rejection.message, {
          hint: 'Only a run that has not ended can be cancelled.',
        });
      case 'failed':
        throw settled.error;
      default:
        throw runNotFound(run);
    }
  };
}
