import type { Definitions, ScheduleDefinition, WorkflowDefinition } from '@millrace/core';
import { Random } from '../simulator/random.ts';

const zones = ['UTC', 'Europe/Oslo', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Santiago'];

/** So many schedules of all kinds, each ticking every few minutes to hours, of a workflow that ends as it starts. */
export function randomSchedules(seed: number, count: number): Definitions {
  const triggers: Record<string, ScheduleDefinition> = {};
  for (let index = 0; index < count; index += 1) {
    const random = new Random(seed, `schedule ${index}`);
    const name = `s${index}`;
    const catchUp = random.pick(['none', 'last', 'all'] as const);
    const jitter = random.chance(250) ? { jitterMs: random.int(1, 240_000) } : {};
    triggers[name] = {
      name,
      type: 'schedule',
      workflow: 'quick',
      input: { at: '{{ trigger.scheduled_at }}' },
      enabled: true,
      timezone: random.pick(zones),
      catchUp,
      catchUpLimit: 100,
      ...jitter,
      ...timesOf(random),
    };
  }
  return {
    actions: {},
    workflows: { quick: quickWorkflow },
    triggers,
    hooks,
    places: {},
  };
}

function timesOf(random: Random): Pick<ScheduleDefinition, 'cron' | 'everyMs' | 'rrule' | 'start'> {
  const minute = random.int(0, 59);
  switch (random.int(0, 5)) {
    case 0:
      return { everyMs: random.int(300, 7_200) * 1_000 };
    case 1:
      return { cron: `${minute} * * * *` };
    case 2:
      return { cron: `${random.int(0, 59)} */${random.int(10, 30)} * * * *` };
    case 3:
      return { cron: `${minute} */2 * * *` };
    case 4:
      return { rrule: `FREQ=MINUTELY;INTERVAL=${random.int(20, 90)}`, start: '2026-01-01T00:00:00Z' };
    default:
      return { rrule: `FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,12,18;BYMINUTE=${minute}` };
  }
}

const hooks = { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] };

/** Its only step is never entered. */
const quickWorkflow: WorkflowDefinition = {
  name: 'quick',
  tags: [],
  input: { kind: 'flat', fields: { at: { type: 'datetime', required: true } } },
  vars: {},
  steps: [
    {
      name: 'never',
      inline: { type: 'function', function: 'f' },
      when: '1 == 2',
      input: {},
      dependsOn: [],
      next: [],
      onItemFailure: 'finish',
      continueOnFailure: false,
      labels: [],
      tags: [],
    },
  ],
  failFast: false,
  mode: 'distributed',
  hooks,
};
