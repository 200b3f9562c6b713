import type { ScheduleKey, ScheduleStore, StoredSchedule } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { decodeTime } from '../runs/run-rows.ts';
import { decodeSchedule, documentOf, enabledColumn, progressColumns, type ScheduleRow } from './schedule-rows.ts';

const findOutdated = readStatement(import.meta.url, 'find-outdated');
const getSchedules = readStatement(import.meta.url, 'get-schedules');
const replaceSchedules = readStatement(import.meta.url, 'replace-schedules');
const takeDueSchedules = readStatement(import.meta.url, 'take-due-schedules');
const saveSchedules = readStatement(import.meta.url, 'save-schedules');
const nextScheduleAt = readStatement(import.meta.url, 'next-schedule-at');

export function createScheduleStore(database: Database): ScheduleStore {
  return {
    async outdated() {
      return (await database.query<{ name: string }>(findOutdated, [])).map(({ name }) => name);
    },
    async ofWorkspace(workspace) {
      return (await database.query<ScheduleRow>(getSchedules, [workspace, null])).map(decodeSchedule);
    },
    async replace({ workspace, revision, put, remove }) {
      const rows = await database.query(replaceSchedules, [
        workspace,
        revision,
        put.map(({ name }) => name),
        put.map(({ version }) => version),
        put.map(({ definition }) => definition.workflow),
        enabledColumn(put),
        put.map((schedule) => schedule.revision),
        put.map(({ definition }) => JSON.stringify(definition)),
        put.map(({ override }) => documentOf(override)),
        ...progressColumns(put),
        remove.map(({ name }) => name),
        remove.map(({ version }) => version),
        put.map(({ folder }) => folder ?? ''),
      ]);
      return rows.length === 1;
    },
    async takeDue({ limit, hideMs }) {
      const rows = await database.query<ScheduleRow>(takeDueSchedules, [limit, Math.round(hideMs)]);
      return rows.map(decodeSchedule).sort(compareDue);
    },
    async save(schedules) {
      if (schedules.length === 0) return [];
      const saved = await database.query<ScheduleKey>(saveSchedules, [
        schedules.map(({ workspace }) => workspace),
        schedules.map(({ name }) => name),
        schedules.map(({ version }) => version),
        enabledColumn(schedules),
        schedules.map(({ override }) => documentOf(override)),
        ...progressColumns(schedules),
      ]);
      return saved.map(({ workspace, name }) => ({ workspace, name }));
    },
    async get({ workspace, name }) {
      const [row] = await database.query<ScheduleRow>(getSchedules, [workspace, name]);
      return row === undefined ? null : decodeSchedule(row);
    },
    async nextDueAt() {
      const [row] = await database.query<{ at: string | null }>(nextScheduleAt, []);
      return decodeTime(row?.at ?? null);
    },
  };
}

const compareDue = (left: StoredSchedule, right: StoredSchedule): number =>
  (left.next?.fireAt ?? 0) - (right.next?.fireAt ?? 0) ||
  compareTexts(left.workspace, right.workspace) ||
  compareTexts(left.name, right.name);

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
