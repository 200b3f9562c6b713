import type { Schedule } from '@millrace/api';
import { durationText } from '../../components/times.ts';

/** The times of a schedule as its definition has them: `0 3 * * *`, `every 15 min 00 s`. */
export function timesText({ definition }: Pick<Schedule, 'definition'>): string {
  if (typeof definition.everyMs === 'number') return `every ${durationText(definition.everyMs)}`;
  const text = [definition.cron, definition.at, definition.rrule].find((one) => typeof one === 'string');
  return typeof text === 'string' ? text : '';
}
