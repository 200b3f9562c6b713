import type { RunId, RunStatus } from '@millrace/core';
import { MillraceError } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import { runNotFound } from './run-not-found.ts';

/** Launches what a paused run held, and lets it go on. */
export function createResumeRun(driver: RunDriver) {
  return async (run: RunId, { by }: Readonly<{ by: string }>): Promise<Readonly<{ status: RunStatus }>> => {
    const settled = await driver.send(run, { type: 'resume', by });
    switch (settled.kind) {
      case 'applied':
        return { status: settled.status };
      case 'rejected': {
        const { code, message } = settled.rejection;
        if (code !== 'not_paused') {
          throw new MillraceError('run_ended', message, { hint: 'Start a new run: millrace workflow start' });
        }
        throw new MillraceError('run_not_paused', message, { hint: `See why it waits: millrace explain ${run}` });
      }
      case 'failed':
        throw settled.error;
      default:
        throw runNotFound(run);
    }
  };
}
