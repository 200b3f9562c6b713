import type { ScheduleDefinition } from '../definitions/trigger.ts';
import type { Instant } from '../run/records.ts';
import type { JsonObject } from '../values/json.ts';

/** Why a schedule started a run: its time came; it was missed and is caught up; a person asked for a past time, or for now. */
export type ScheduleReason = 'tick' | 'catch_up' | 'backfill' | 'manual';

/** What `trigger` holds in the input of a schedule, and `run.trigger` in the run. */
export const scheduleNames = ['type', 'name', 'scheduled_at', 'timezone', 'reason', 'by'] as const;

export function scheduleTrigger(
  { name, timezone }: Pick<ScheduleDefinition, 'name' | 'timezone'>,
  scheduledAt: Instant,
  reason: ScheduleReason,
  by: string | null,
): JsonObject & Readonly<Record<(typeof scheduleNames)[number], string | null>> {
  return { type: 'schedule', name, scheduled_at: new Date(scheduledAt).toISOString(), timezone, reason, by };
}
