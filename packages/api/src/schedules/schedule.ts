import { z } from 'zod';
import { jsonObject, time } from '../contract/values.ts';
import { fault } from '../runs/run-step.ts';

export const scheduleReasons = [
  'disabled_by_person',
  'disabled_by_definition',
  'no_more_ticks',
  'workflow_cannot_run',
  'late',
  'last_tick_failed',
  'previous_run_active',
  'ticks_dropped',
  'source_invalid',
  'waiting',
] as const;

const answer = z
  .object({
    reason: z.enum(scheduleReasons),
    message: z.string().meta({ description: 'For people.' }),
    hint: z.string().nullable().meta({ description: 'What to do about it.' }),
    at: time.nullable().meta({ description: 'The moment that it is about: of the next tick, of the decision, …' }),
    by: z.string().nullable().meta({ description: 'Who decided it.' }),
    run: z.string().nullable().meta({ description: 'The run that is in the way.' }),
    error: fault.nullable(),
  })
  .meta({ id: 'ScheduleAnswer' });
export type ScheduleAnswer = z.output<typeof answer>;

const lastTick = z.object({
  scheduled_at: time,
  decided_at: time,
  result: z.enum(['started', 'skipped', 'failed']).meta({
    description: '`skipped`: the run of an earlier tick was still under way.',
  }),
  run: z.string().nullable().meta({ description: 'The run that it started, or the one that was in the way.' }),
  error: fault.nullable(),
});

export const schedule = z
  .object({
    workspace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    workflow: z.string(),
    enabled: z.boolean(),
    override: z
      .object({ enabled: z.boolean(), by: z.string(), at: time, reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'What somebody decided at run time; it counts more than the definition.' }),
    definition: jsonObject.meta({ description: 'As the live revision has it.' }),
    timezone: z.string(),
    next_tick_at: time.nullable().meta({ description: 'null: it is disabled, or has no more ticks.' }),
    next_fire_at: time.nullable().meta({ description: 'The same with its jitter: when the run really starts.' }),
    next_ticks: z.array(time).meta({ description: 'As many as were asked for, also of a disabled schedule.' }),
    last_tick: lastTick.nullable(),
    last_run: z.string().nullable().meta({ description: 'The last run that a tick started.' }),
    dropped: z
      .object({ from: time, to: time, noticed_at: time })
      .nullable()
      .meta({ description: 'Ticks between these moments were missed, and `catch_up` did not start them.' }),
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.output<typeof schedule>;

export const explainedSchedule = schedule
  .extend({
    answers: z.array(answer).meta({ description: 'Why it starts runs or does not; the weightiest reason first.' }),
  })
  .meta({ id: 'ExplainedSchedule' });
export type ExplainedSchedule = z.output<typeof explainedSchedule>;
