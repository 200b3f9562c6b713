import {
  type Instant,
  MillraceError,
  type RunId,
  renderTriggerInput,
  scheduleTrigger,
  ticksBetween,
} from '@millrace/core';
import type { Engine } from '../engine-types.ts';
import type { Loop } from '../loops/loop.ts';
import { createScheduleLoop } from '../loops/schedule-loop.ts';
import type { Clock } from '../ports/clock.ts';
import type { Queries } from '../ports/queries.ts';
import type { LastTick, ScheduleKey, StoredSchedule } from '../ports/schedule-store.ts';
import type { Store } from '../ports/store.ts';
import type { EngineSettings } from '../settings.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import { type BackfilledTick, type BackfillRequest, createBackfillSchedule } from './backfill-schedule.ts';
import { explainSchedule, type ScheduleAnswer } from './explain-schedule.ts';
import { findSchedule } from './find-schedule.ts';
import { createFireSchedule } from './fire-schedule.ts';
import { createOverrideSchedule, type OverrideRequest } from './override-schedule.ts';
import { createReconcileSchedules } from './reconcile-schedules.ts';
import { ScheduleTimesCache } from './schedule-times.ts';
import { createDecideTick, createStartTick } from './start-tick.ts';

/** A schedule, and why it starts runs or does not. */
export type ScheduleDetail = Readonly<{ schedule: StoredSchedule; answers: readonly ScheduleAnswer[] }>;

/** Use cases of schedules. Codes: workspace_not_found, schedule_not_found, and those named. */
export type Schedules = Readonly<{
  get(key: ScheduleKey): Promise<ScheduleDetail>;
  /** Its ticks after a moment, without jitter, whether it is enabled or not. At most 1,000. */
  ticks(key: ScheduleKey, request: Readonly<{ after: Instant | null; limit: number }>): Promise<readonly Instant[]>;
  /** The ticks after now of a schedule at hand. */
  ticksOf(schedule: StoredSchedule, limit: number): readonly Instant[];
  override(key: ScheduleKey, request: OverrideRequest): Promise<ScheduleDetail>;
  /** Codes: invalid_request, too_large, and those of `startRun`. */
  backfill(key: ScheduleKey, request: BackfillRequest): Promise<readonly BackfilledTick[]>;
  /** Starts a run now, also when it is disabled; its ticks go on as they would. Codes: those of `startRun`. */
  fire(
    key: ScheduleKey,
    request: Readonly<{ by: string; startKey: string | null }>,
  ): Promise<Readonly<{ run: RunId; created: boolean }>>;
}>;

export type SchedulesOptions = Readonly<{
  store: Store;
  queries: Queries;
  clock: Clock;
  settings: EngineSettings;
  livePlans: LivePlans;
  startRun: Engine['startRun'];
  cancelRun: Engine['cancelRun'];
  /** Tells other servers that the schedules of a workspace changed. */
  tell(workspace: string): Promise<void>;
  /** A tick of a schedule was decided. */
  onTick(result: LastTick['result']): void;
  onError(error: unknown, where: string): void;
}>;

/** Puts the parts of schedules together: the use cases, the loop, and what publishing a workspace calls. */
export function createSchedules(options: SchedulesOptions): Readonly<{
  schedules: Schedules;
  loop: Loop;
  reconcile(workspace: string): Promise<void>;
}> {
  const { store, queries, clock, settings, livePlans, startRun, cancelRun, onError } = options;
  const times = new ScheduleTimesCache();
  const decide = createDecideTick({ runs: store.runs, clock, startRun, cancelRun });
  const decideTick: typeof decide = async (request) => {
    const tick = await decide(request);
    options.onTick(tick.result);
    return tick;
  };
  const startTick = createStartTick({ clock, startRun });
  const { fire, settle } = createFireSchedule({ clock, times, graceMs: settings.scheduleGraceMs, decideTick });
  const reconcile = createReconcileSchedules({ store, clock, times, settle });
  const loop = createScheduleLoop({
    schedules: store.schedules,
    clock,
    pollMs: settings.schedulePollMs,
    fire,
    reconcile,
    onError,
  });
  const find = (key: ScheduleKey) => findSchedule(store, queries, key);
  const wake = async (workspace: string) => {
    loop.wake();
    await options.tell(workspace);
  };
  const override = createOverrideSchedule({ store, clock, times, find, wake });

  const detail = async (schedule: StoredSchedule): Promise<ScheduleDetail> => {
    const { workspace, definition, lastRun } = schedule;
    const [state, plan, lastRunStatus] = await Promise.all([
      store.workspaces.get(workspace),
      livePlans.find(workspace, definition.workflow, null),
      lastRun === null ? null : store.runs.status(lastRun),
    ]);
    if (state === null) throw new MillraceError('workspace_not_found', `There is no workspace ${workspace}.`);
    const problems = plan?.problems ?? [];
    return {
      schedule,
      answers: explainSchedule({ schedule, workspace: state, problems, lastRunStatus, now: clock.now() }),
    };
  };

  const ticksAfter = (schedule: StoredSchedule, after: Instant, limit: number) =>
    ticksBetween(times.of(schedule.definition), after, Number.POSITIVE_INFINITY, Math.min(limit, 1_000));

  const schedules: Schedules = {
    get: async (key) => detail(await find(key)),
    ticks: async (key, { after, limit }) => ticksAfter(await find(key), after ?? clock.now(), limit),
    ticksOf: (schedule, limit) => ticksAfter(schedule, clock.now(), limit),
    override: async (key, request) => detail(await override(key, request)),
    backfill: createBackfillSchedule({ runs: store.runs, clock, times, find, startTick }),
    async fire(key, { by, startKey }) {
      const { workspace, name, definition } = await find(key);
      const now = clock.now();
      const trigger = scheduleTrigger(definition, now, 'manual', by);
      const rendered = renderTriggerInput(definition, { trigger }, now);
      if ('fault' in rendered) {
        const { message } = rendered.fault;
        throw new MillraceError('invalid_input', `The input of schedule ${name} cannot be made: ${message}`);
      }
      const request = { workspace, workflow: definition.workflow, input: rendered.input, trigger };
      return startRun(startKey === null ? request : { ...request, startKey });
    },
  };
  return { schedules, loop, reconcile };
}
