import type { ExplainedSchedule, Schedule } from '@millrace/api';
import { printable, type Style } from '../terminal/style.ts';

/** A schedule for people: what it does, and why it starts runs or does not. */
export function describeSchedule(schedule: ExplainedSchedule, style: Style): string {
  const { workspace, name, workflow, description, timezone, next_ticks: ticks, last_tick: last } = schedule;
  const lines = [
    `${style.bold(`${workspace}/${name}`)}  ${timesOf(schedule)} (${timezone})  starts ${workflow}  ${stateOf(schedule)}`,
  ];
  if (description !== null) lines.push(printable(description));
  if (ticks.length > 0) lines.push('', `next  ${ticks.join('  ')}`);
  if (last !== null) {
    const run = last.run === null ? '' : `  run ${last.run}`;
    lines.push(`last  ${last.scheduled_at}  ${last.result}${run}`);
  }
  for (const { reason, message, hint } of schedule.answers) {
    lines.push('', style.yellow(reason), `  ${printable(message)}`);
    if (hint !== null) lines.push(`  ${style.cyan('→')} ${printable(hint)}`);
  }
  return `${lines.join('\n')}\n`;
}

export function stateOf({ enabled, override, next_tick_at: next }: Schedule): string {
  const by = override === null ? '' : ` by ${printable(override.by)}`;
  if (!enabled) return `disabled${by}`;
  return next === null ? 'no more times' : `enabled${by}`;
}

/** As it is written in the definition. */
function timesOf({ definition }: Schedule): string {
  for (const key of ['cron', 'at', 'rrule'] as const) {
    const value = definition[key];
    if (typeof value === 'string') return `${key} ${printable(value)}`;
  }
  return `every ${Number(definition.everyMs) / 1000} s`;
}
