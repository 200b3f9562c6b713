// The table of the guide, as it stands there.
import { expect, test } from 'vitest';
import { fireTimes, ticksBetween } from './fire-times.ts';

const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo', hour: '2-digit', minute: '2-digit' });

const shown = (cron: string, from: string, to: string): readonly string[] =>
  ticksBetween(fireTimes({ cron, timezone: 'Europe/Oslo' }), Date.parse(from) - 1, Date.parse(to), 99).map((tick) =>
    format.format(tick),
  );

test.each([
  ['*/30 * * * *', ['01:30', '03:00', '03:30']],
  ['30 2 * * *', ['03:30']],
  ['0 */2 * * *', ['03:00']],
  ['0 2,3 * * *', ['03:00']],
])('in Oslo, when 02:00 becomes 03:00: %s', (cron, expected) => {
  expect(shown(cron, '2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00')).toEqual(expected);
});

test.each([
  ['*/30 * * * *', ['02:00', '02:30', '02:00', '02:30', '03:00']],
  ['30 2 * * *', ['02:30']],
  ['0 */2 * * *', ['02:00']],
])('in Oslo, when 03:00 becomes 02:00: %s', (cron, expected) => {
  expect(shown(cron, '2026-10-25T02:00:00+02:00', '2026-10-25T03:00:00+01:00')).toEqual(expected);
  const first = ticksBetween(
    fireTimes({ cron, timezone: 'Europe/Oslo' }),
    Date.parse('2026-10-25T01:59:00+02:00'),
    Number.POSITIVE_INFINITY,
    1,
  );
  expect(first[0]).toBeLessThan(Date.parse('2026-10-25T02:00:00+01:00'));
});
