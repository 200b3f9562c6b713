import { MillraceError } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { EngineSettings } from '../settings.ts';

/** New runs are refused while the database is behind; what runs goes on. Code: overloaded. */
export function refuseOverload(driver: RunDriver, settings: EngineSettings): void {
  if (driver.backlog <= settings.maxBacklog) return;
  throw new MillraceError('overloaded', `${driver.backlog} commands wait for the database.`, {
    hint: 'Running work goes on. Start this run again in a few seconds.',
  });
}
