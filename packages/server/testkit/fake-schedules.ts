import { MillraceError, runId, type ScheduleDefinition } from '@millrace/core';
import type { ScheduleAnswer, ScheduleDetail, Schedules, StoredSchedule } from '@millrace/engine';

const at = Date.UTC(2026, 10, 21, 9, 30);
const definition: ScheduleDefinition = {
  name: 'nightly',
  type: 'schedule',
  description: 'Every night.',
  workflow: 'release',
  input: { tag: 'nightly' },
  enabled: true,
  cron: '0 2 * * *',
  timezone: 'Europe/Oslo',
  catchUp: 'last',
  catchUpLimit: 100,
};
const error = { code: 'invalid_input', message: 'tag is missing', hint: 'Give it.' };
const override = { enabled: false, by: 'ada', at, reason: 'too loud' };
const next = { tickAt: at + 3_600_000, fireAt: at + 3_660_000 };

export const sampleSchedule: StoredSchedule = {
  workspace: 'shop',
  name: 'nightly',
  version: 3,
  revision: 'r1',
  definition,
  override,
  decidedUntil: at,
  next,
  lastTick: { tickAt: at, decidedAt: at, result: 'failed', run: null, error },
  lastRun: runId('1000'),
  dropped: { from: at - 10, to: at - 5, noticedAt: at },
};

const problem = {
  severity: 'warning',
  code: 'x',
  message: 'No docker.',
  hint: null,
  file: 'a.yaml',
  line: 1,
  column: 2,
} as const;

/** One answer of each kind. */
const sampleScheduleAnswers: {
  readonly [Name in ScheduleAnswer['reason']]: Extract<ScheduleAnswer, { reason: Name }>;
} = {
  disabled_by_person: { reason: 'disabled_by_person', override },
  disabled_by_definition: { reason: 'disabled_by_definition' },
  no_more_ticks: { reason: 'no_more_ticks', lastAt: at },
  workflow_cannot_run: { reason: 'workflow_cannot_run', problem },
  late: { reason: 'late', next, lateMs: 61_000 },
  last_tick_failed: { reason: 'last_tick_failed', tickAt: at, error },
  previous_run_active: { reason: 'previous_run_active', run: runId('1000'), status: 'running', policy: 'skip' },
  ticks_dropped: { reason: 'ticks_dropped', dropped: { from: at - 10, to: at - 5, noticedAt: at } },
  source_invalid: { reason: 'source_invalid', errors: 2, revision: 'r1' },
  waiting: { reason: 'waiting', next },
};

/** Use cases of one schedule, which say what they were asked. */
export function createFakeSchedules(seen: unknown[]): Schedules {
  const detail = ({ name }: Readonly<{ name: string }>): ScheduleDetail => {
    if (name !== 'nightly') {
      throw new MillraceError('schedule_not_found', `There is no schedule ${name}.`, { hint: 'It has: nightly.' });
    }
    return { schedule: sampleSchedule, answers: Object.values(sampleScheduleAnswers) };
  };
  return {
    get: async (key) => detail(key),
    async ticks(key, request) {
      detail(key);
      seen.push(request);
      return [at, at + 1_000];
    },
    ticksOf: (_schedule, limit) => Array.from({ length: limit }, (_, index) => at + index * 1_000),
    async override(key, request) {
      seen.push(request);
      return detail(key);
    },
    async backfill(key, request) {
      detail(key);
      seen.push(request);
      return [
        { tickAt: at, run: runId('1000'), created: false },
        { tickAt: at + 1, run: null, created: true },
      ];
    },
    async fire(key, request) {
      detail(key);
      seen.push(request);
      return { run: runId('1000'), created: request.startKey === null };
    },
  };
}
