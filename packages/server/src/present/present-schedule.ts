import { type ExplainedSchedule, isoTime, isoTimeOrNull, type Schedule, type ScheduleAnswer } from '@millrace/api';
import { formatDuration, type Instant, type JsonObject, unreachable } from '@millrace/core';
import { isEnabled, type ScheduleDetail, type StoredSchedule } from '@millrace/engine';
import { presentFault } from './present-fault.ts';

export function presentSchedule(schedule: StoredSchedule, nextTicks: readonly Instant[]): Schedule {
  const { definition, next, override, lastTick, dropped } = schedule;
  return {
    workspace: schedule.workspace,
    name: schedule.name,
    description: definition.description ?? null,
    workflow: definition.workflow,
    enabled: isEnabled(schedule),
    override: override === null ? null : { ...override, at: isoTime(override.at) },
    definition: definition as unknown as JsonObject,
    timezone: definition.timezone,
    next_tick_at: isoTimeOrNull(next?.tickAt ?? null),
    next_fire_at: isoTimeOrNull(next?.fireAt ?? null),
    next_ticks: nextTicks.map(isoTime),
    last_tick:
      lastTick === null
        ? null
        : {
            scheduled_at: isoTime(lastTick.tickAt),
            decided_at: isoTime(lastTick.decidedAt),
            result: lastTick.result,
            run: lastTick.run,
            error: presentFault(lastTick.error),
          },
    last_run: schedule.lastRun,
    dropped:
      dropped === null
        ? null
        : { from: isoTime(dropped.from), to: isoTime(dropped.to), noticed_at: isoTime(dropped.noticedAt) },
  };
}

export function presentScheduleDetail(
  { schedule, answers }: ScheduleDetail,
  nextTicks: readonly Instant[],
): ExplainedSchedule {
  return { ...presentSchedule(schedule, nextTicks), answers: answers.map((one) => presentAnswer(one, schedule)) };
}

type Told = Pick<ScheduleAnswer, 'message'> & Partial<ScheduleAnswer>;

function presentAnswer(answer: ScheduleDetail['answers'][number], schedule: StoredSchedule): ScheduleAnswer {
  return { reason: answer.reason, hint: null, at: null, by: null, run: null, error: null, ...tell(answer, schedule) };
}

function tell(answer: ScheduleDetail['answers'][number], { workspace, name, definition }: StoredSchedule): Told {
  const command = (verb: string) => `millrace schedule ${verb} ${name} -w ${workspace}`;
  switch (answer.reason) {
    case 'disabled_by_person': {
      const { by, at, reason } = answer.override;
      const why = reason === null ? '' : ` (${reason})`;
      return {
        message: `It was disabled by ${by} at ${isoTime(at)}${why}.`,
        hint: `Enable it: ${command('enable')}`,
        at: isoTime(at),
        by,
      };
    }
    case 'disabled_by_definition':
      return {
        message: 'Its definition says `enabled: false`.',
        hint: `Change the definition, or enable it: ${command('enable')}`,
      };
    case 'no_more_ticks':
      return {
        message:
          answer.lastAt === null
            ? 'It has no time to come: its date, or the end of its rule, had passed when it was first seen.'
            : `It has no more times; the last one was ${isoTime(answer.lastAt)}.`,
        at: isoTimeOrNull(answer.lastAt),
        hint: `Past times can be started: ${command('backfill')} --from … --to …`,
      };
    case 'workflow_cannot_run': {
      const { message, hint, file, line, column } = answer.problem;
      const place = file === '' ? '' : `${file}:${line}:${column}: `;
      return { message: `Its workflow ${definition.workflow} cannot be started: ${place}${message}`, hint };
    }
    case 'late':
      return {
        message: `It was due at ${isoTime(answer.next.fireAt)}, ${formatDuration(answer.lateMs)} ago, and no server has taken it.`,
        hint: 'Is a server running, and does its database answer? See GET /health/ready.',
        at: isoTime(answer.next.fireAt),
      };
    case 'last_tick_failed':
      return {
        message: `The run of ${isoTime(answer.tickAt)} could not be started: ${answer.error.message}`,
        hint: answer.error.hint ?? null,
        at: isoTime(answer.tickAt),
        error: presentFault(answer.error),
      };
    case 'previous_run_active':
      return {
        message:
          answer.policy === 'skip'
            ? `Run ${answer.run} of an earlier time is ${answer.status}; times are skipped until it has ended.`
            : `Run ${answer.run} of an earlier time is ${answer.status}; the next time cancels it.`,
        hint: `See what it waits for: millrace explain ${answer.run}`,
        run: answer.run,
      };
    case 'ticks_dropped': {
      const { from, to, noticedAt } = answer.dropped;
      return {
        message: `Times from ${isoTime(from)} to ${isoTime(to)} were missed, and catch_up: ${definition.catchUp} did not start them.`,
        hint: `Start them: ${command('backfill')} --from ${isoTime(from)} --to ${isoTime(to)}`,
        at: isoTime(noticedAt),
      };
    }
    case 'source_invalid':
      return {
        message: `The source of workspace ${workspace} has errors (${answer.errors}); the definition of revision ${answer.revision} stays in force.`,
        hint: 'See the diagnostics of the workspace, or run: millrace validate PATH',
      };
    case 'waiting': {
      const { tickAt, fireAt } = answer.next;
      const late = fireAt === tickAt ? '' : `, put off by its jitter to ${isoTime(fireAt)}`;
      return { message: `Its next time is ${isoTime(tickAt)}${late}.`, at: isoTime(fireAt) };
    }
    default:
      return unreachable(answer);
  }
}
