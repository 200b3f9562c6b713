import {
  type Instant,
  isRunEnd,
  MillraceError,
  type RunId,
  renderTriggerInput,
  type ScheduleReason,
  scheduleTrigger,
} from '@millrace/core';
import type { Engine } from '../engine-types.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { LastTick, StoredSchedule } from '../ports/schedule-store.ts';

export type StartTickOptions = Readonly<{
  runs: RunStore;
  clock: Clock;
  startRun: Engine['startRun'];
  cancelRun: Engine['cancelRun'];
}>;

export type TickRequest = Readonly<{
  schedule: StoredSchedule;
  tickAt: Instant;
  reason: ScheduleReason;
  /** Who asked for it; null: nobody, it was time. */
  by: string | null;
  /** The revision to run; null: the live one. */
  revision: string | null;
}>;

export type StartedTick = Readonly<{ run: RunId; created: boolean }>;

/** One run for each tick of a schedule, whoever starts it, how often and for what reason. */
export const tickStartKey = (name: string, tickAt: Instant): string =>
  `schedule:${name}:${new Date(tickAt).toISOString()}`;

/** Starts the run of one tick. Throws what `startRun` throws, and `invalid_input` for templates that fail. */
export function createStartTick({ clock, startRun }: Pick<StartTickOptions, 'clock' | 'startRun'>) {
  return async ({ schedule, tickAt, reason, by, revision }: TickRequest): Promise<StartedTick> => {
    const { workspace, name, definition } = schedule;
    const trigger = scheduleTrigger(definition, tickAt, reason, by);
    const rendered = renderTriggerInput(definition, { trigger }, clock.now());
    if ('fault' in rendered) {
      const { message, hint } = rendered.fault;
      throw new MillraceError('invalid_input', `The input of schedule ${name} cannot be made: ${message}`, {
        ...(hint === undefined ? {} : { hint }),
      });
    }
    const request = {
      workspace,
      workflow: definition.workflow,
      input: rendered.input,
      trigger,
      startKey: tickStartKey(name, tickAt),
    };
    if (revision !== null) return startRun({ ...request, revision });
    try {
      return await startRun(request);
    } catch (error) {
      // A new revision is live and its schedules are not in force yet: this one still belongs to the one before.
      if (!(error instanceof MillraceError) || error.code !== 'workflow_not_found') throw error;
      return startRun({ ...request, revision: schedule.revision });
    }
  };
}

/** Decides about one tick by the schedule's `concurrency`, and starts it. What cannot succeed later either is an outcome. */
export function createDecideTick(options: StartTickOptions) {
  const { runs, clock, cancelRun } = options;
  const startTick = createStartTick(options);

  /** The run of an earlier tick, while it is under way. */
  const inTheWay = async (run: RunId | null): Promise<RunId | null> => {
    const status = run === null ? null : await runs.status(run);
    return status === null || isRunEnd(status) ? null : run;
  };

  const cancelPrevious = async (run: RunId, name: string): Promise<void> => {
    const reason = `The schedule ${name} starts its next run.`;
    try {
      await cancelRun(run, { by: `schedule ${name}`, reason, force: false });
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'run_ended') throw error;
    }
  };

  return async (request: TickRequest): Promise<LastTick> => {
    const { schedule, tickAt } = request;
    const { concurrency = 'allow', name } = schedule.definition;
    const outcome = { tickAt, decidedAt: clock.now(), error: null };
    const previous = concurrency === 'allow' ? null : await inTheWay(schedule.lastRun);
    if (previous !== null && concurrency === 'skip') return { ...outcome, result: 'skipped', run: previous };
    try {
      if (previous !== null) await cancelPrevious(previous, name);
      const { run } = await startTick(request);
      return { ...outcome, result: 'started', run };
    } catch (error) {
      if (!(error instanceof MillraceError) || error.retryable) throw error;
      const { code, message, hint } = error;
      const fault = { code, message, ...(hint === undefined ? {} : { hint }) };
      return { ...outcome, result: 'failed', run: null, error: fault };
    }
  };
}
