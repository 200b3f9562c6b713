import { MillraceError } from '@millrace/core';
import type { Queries } from '../ports/queries.ts';
import type { ScheduleKey, StoredSchedule } from '../ports/schedule-store.ts';
import type { Store } from '../ports/store.ts';

/** A schedule, or `schedule_not_found` with the names that there are. */
export async function findSchedule(
  store: Pick<Store, 'schedules' | 'workspaces'>,
  queries: Pick<Queries, 'listSchedules'>,
  key: ScheduleKey,
): Promise<StoredSchedule> {
  const found = await store.schedules.get(key);
  if (found !== null) return found;
  const { workspace, name } = key;
  if ((await store.workspaces.get(workspace)) === null) {
    throw new MillraceError('workspace_not_found', `There is no workspace ${workspace}.`);
  }
  const { items } = await queries.listSchedules({ workspace }, { limit: 20, after: null });
  throw new MillraceError('schedule_not_found', `Workspace ${workspace} has no schedule ${name}.`, {
    hint: items.length === 0 ? 'It has no schedules.' : `It has: ${items.map((one) => one.name).join(', ')}.`,
  });
}
