import { runId, type ScheduleDefinition } from '@millrace/core';
import {
  type DroppedTicks,
  isEnabled,
  type LastTick,
  type ScheduleOverride,
  type StoredSchedule,
} from '@millrace/engine';
import { folderIn } from '../runs/run-facts.ts';

/** A row as it comes: bigint as text, documents as JSON. */
export type ScheduleRow = Readonly<{
  workspace: string;
  name: string;
  version: number;
  revision: string;
  folder: string;
  definition: string;
  override: string | null;
  decided_until: string;
  next_tick_at: string | null;
  next_fire_at: string | null;
  last_tick: string | null;
  last_run: string | null;
  dropped: string | null;
}>;

export function decodeSchedule(row: ScheduleRow): StoredSchedule {
  const { next_tick_at: tickAt, next_fire_at: fireAt } = row;
  return {
    workspace: row.workspace,
    name: row.name,
    version: row.version,
    revision: row.revision,
    ...folderIn(row.folder),
    definition: JSON.parse(row.definition) as ScheduleDefinition,
    override: row.override === null ? null : (JSON.parse(row.override) as ScheduleOverride),
    decidedUntil: Number(row.decided_until),
    next: tickAt === null || fireAt === null ? null : { tickAt: Number(tickAt), fireAt: Number(fireAt) },
    lastTick: row.last_tick === null ? null : (JSON.parse(row.last_tick) as LastTick),
    lastRun: row.last_run === null ? null : runId(row.last_run),
    dropped: row.dropped === null ? null : (JSON.parse(row.dropped) as DroppedTicks),
  };
}

/** What changes when a schedule ticks or is decided about, as columns. */
export function progressColumns(schedules: readonly StoredSchedule[]): readonly (readonly unknown[])[] {
  return [
    schedules.map(({ decidedUntil }) => decidedUntil),
    schedules.map(({ next }) => next?.tickAt ?? null),
    schedules.map(({ next }) => next?.fireAt ?? null),
    schedules.map(({ lastTick }) => documentOf(lastTick)),
    schedules.map(({ lastRun }) => lastRun),
    schedules.map(({ dropped }) => documentOf(dropped)),
  ];
}

export const enabledColumn = (schedules: readonly StoredSchedule[]): readonly boolean[] => schedules.map(isEnabled);

export const documentOf = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));
