import { describe, expect, test } from 'vitest';
import { byDay, calendarDays, dayKey, dayOf, turn } from './calendar-days.ts';

const day = (key: string) => dayOf(key, new Date(2000, 0, 1));
const keys = (of: string, span: 'week' | 'month') => calendarDays(day(of), span).map(({ key }) => key);

describe('the calendar', () => {
  test('shows whole weeks from Monday on', () => {
    expect(keys('2026-11-26', 'week')).toEqual([
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
      '2026-11-26',
      '2026-11-27',
      '2026-11-28',
      '2026-11-29',
    ]);
    const month = keys('2026-11-26', 'month');
    expect([month.length, month[0], month.at(-1)]).toEqual([42, '2026-10-26', '2026-12-06']);
    expect(keys('2027-02-01', 'month')).toHaveLength(28);
  });

  test('has each day once, also where clocks change', () => {
    for (const month of ['2026-03-15', '2026-10-15', '2026-11-15']) {
      const found = keys(month, 'month');
      expect(new Set(found).size).toBe(found.length);
    }
  });

  test('turns by weeks and months, also at the end of a long one', () => {
    expect(dayKey(turn(day('2026-01-31'), 'month', 1))).toBe('2026-02-01');
    expect(dayKey(turn(day('2026-01-31'), 'month', -1))).toBe('2025-12-01');
    expect(dayKey(turn(day('2026-03-02'), 'week', -1))).toBe('2026-02-23');
  });

  test('takes today for what is no day', () => {
    expect(dayKey(dayOf('soon', new Date(2026, 10, 26, 15)))).toBe('2026-11-26');
  });

  test('puts times on the day on which they fall here', () => {
    const [late, early] = [new Date(2026, 10, 26, 23, 30), new Date(2026, 10, 27, 0, 30)];
    expect([...byDay([late.toISOString(), early.toISOString()]).keys()]).toEqual(['2026-11-26', '2026-11-27']);
  });
});
