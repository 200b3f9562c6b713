import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fireTimes } from './fire-times.ts';
import { parseRecurrence } from './recurrence-rule.ts';

const newYork = 'America/New_York';
const format = new Intl.DateTimeFormat('sv-SE', { timeZone: newYork, dateStyle: 'short', timeStyle: 'short' });

/** The first ticks of a rule that begins in New York, as clocks there show them. */
function ticks(rrule: string, start: string, count: number): readonly string[] {
  const times = fireTimes({ rrule, start, timezone: newYork });
  const found: string[] = [];
  for (let tick = times.next(0); tick !== null && found.length < count; tick = times.next(tick)) {
    found.push(format.format(tick));
  }
  return found;
}

const days = (...texts: readonly string[]): readonly string[] => texts.map((text) => `${text} 09:00`);

describe('the examples of RFC 5545, 3.8.5.3', () => {
  const start = '1997-09-02T09:00:00';
  test.each([
    [
      'FREQ=DAILY;COUNT=10',
      start,
      days(
        '1997-09-02',
        '1997-09-03',
        '1997-09-04',
        '1997-09-05',
        '1997-09-06',
        '1997-09-07',
        '1997-09-08',
        '1997-09-09',
        '1997-09-10',
        '1997-09-11',
      ),
      true,
    ],
    [
      'FREQ=DAILY;INTERVAL=10;COUNT=5',
      start,
      days('1997-09-02', '1997-09-12', '1997-09-22', '1997-10-02', '1997-10-12'),
      true,
    ],
    [
      'FREQ=WEEKLY;COUNT=10',
      start,
      days(
        '1997-09-02',
        '1997-09-09',
        '1997-09-16',
        '1997-09-23',
        '1997-09-30',
        '1997-10-07',
        '1997-10-14',
        '1997-10-21',
        '1997-10-28',
        '1997-11-04',
      ),
      true,
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;WKST=SU',
      start,
      days('1997-09-02', '1997-09-16', '1997-09-30', '1997-10-14', '1997-10-28', '1997-11-11'),
      false,
    ],
    [
      'FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH',
      start,
      days(
        '1997-09-02',
        '1997-09-04',
        '1997-09-09',
        '1997-09-11',
        '1997-09-16',
        '1997-09-18',
        '1997-09-23',
        '1997-09-25',
        '1997-09-30',
        '1997-10-02',
      ),
      true,
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR',
      '1997-09-01T09:00:00',
      days(
        '1997-09-01',
        '1997-09-03',
        '1997-09-05',
        '1997-09-15',
        '1997-09-17',
        '1997-09-19',
        '1997-09-29',
        '1997-10-01',
        '1997-10-03',
        '1997-10-13',
        '1997-10-15',
        '1997-10-17',
        '1997-10-27',
        '1997-10-29',
        '1997-10-31',
        '1997-11-10',
        '1997-11-12',
        '1997-11-14',
        '1997-11-24',
        '1997-11-26',
        '1997-11-28',
        '1997-12-08',
        '1997-12-10',
        '1997-12-12',
        '1997-12-22',
      ),
      true,
    ],
    [
      'FREQ=MONTHLY;COUNT=10;BYDAY=1FR',
      '1997-09-05T09:00:00',
      days(
        '1997-09-05',
        '1997-10-03',
        '1997-11-07',
        '1997-12-05',
        '1998-01-02',
        '1998-02-06',
        '1998-03-06',
        '1998-04-03',
        '1998-05-01',
        '1998-06-05',
      ),
      true,
    ],
    [
      'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU',
      '1997-09-07T09:00:00',
      days(
        '1997-09-07',
        '1997-09-28',
        '1997-11-02',
        '1997-11-30',
        '1998-01-04',
        '1998-01-25',
        '1998-03-01',
        '1998-03-29',
        '1998-05-03',
        '1998-05-31',
      ),
      true,
    ],
    [
      'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO',
      '1997-09-22T09:00:00',
      days('1997-09-22', '1997-10-20', '1997-11-17', '1997-12-22', '1998-01-19', '1998-02-16'),
      true,
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=-3',
      '1997-09-28T09:00:00',
      days('1997-09-28', '1997-10-29', '1997-11-28', '1997-12-29', '1998-01-29', '1998-02-26'),
      false,
    ],
    [
      'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1',
      '1997-09-30T09:00:00',
      days(
        '1997-09-30',
        '1997-10-01',
        '1997-10-31',
        '1997-11-01',
        '1997-11-30',
        '1997-12-01',
        '1997-12-31',
        '1998-01-01',
        '1998-01-31',
        '1998-02-01',
      ),
      true,
    ],
    [
      'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15',
      '1997-09-10T09:00:00',
      days(
        '1997-09-10',
        '1997-09-11',
        '1997-09-12',
        '1997-09-13',
        '1997-09-14',
        '1997-09-15',
        '1999-03-10',
        '1999-03-11',
        '1999-03-12',
        '1999-03-13',
      ),
      true,
    ],
    [
      'FREQ=YEARLY;COUNT=10;BYMONTH=6,7',
      '1997-06-10T09:00:00',
      days(
        '1997-06-10',
        '1997-07-10',
        '1998-06-10',
        '1998-07-10',
        '1999-06-10',
        '1999-07-10',
        '2000-06-10',
        '2000-07-10',
        '2001-06-10',
        '2001-07-10',
      ),
      true,
    ],
    [
      'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
      '1997-01-01T09:00:00',
      days(
        '1997-01-01',
        '1997-04-10',
        '1997-07-19',
        '2000-01-01',
        '2000-04-09',
        '2000-07-18',
        '2003-01-01',
        '2003-04-10',
        '2003-07-19',
        '2006-01-01',
      ),
      true,
    ],
    ['FREQ=YEARLY;BYDAY=20MO', '1997-05-19T09:00:00', days('1997-05-19', '1998-05-18', '1999-05-17'), false],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '1997-05-12T09:00:00', days('1997-05-12', '1998-05-11', '1999-05-17'), false],
    [
      'FREQ=YEARLY;BYMONTH=3;BYDAY=TH',
      '1997-03-13T09:00:00',
      days(
        '1997-03-13',
        '1997-03-20',
        '1997-03-27',
        '1998-03-05',
        '1998-03-12',
        '1998-03-19',
        '1998-03-26',
        '1999-03-04',
      ),
      false,
    ],
    [
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
      start,
      days('1998-02-13', '1998-03-13', '1998-11-13', '1999-08-13', '2000-10-13'),
      false,
    ],
    [
      'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
      '1997-09-13T09:00:00',
      days('1997-09-13', '1997-10-11', '1997-11-08', '1997-12-13', '1998-01-10'),
      false,
    ],
    [
      'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
      '1996-11-05T09:00:00',
      days('1996-11-05', '2000-11-07', '2004-11-02'),
      false,
    ],
    [
      'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3',
      '1997-09-04T09:00:00',
      days('1997-09-04', '1997-10-07', '1997-11-06'),
      true,
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
      '1997-09-29T09:00:00',
      days('1997-09-29', '1997-10-30', '1997-11-27', '1997-12-30', '1998-01-29', '1998-02-26', '1998-03-30'),
      false,
    ],
    ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z', start, ['1997-09-02 09:00', '1997-09-02 12:00'], true],
    [
      'FREQ=MINUTELY;INTERVAL=15;COUNT=6',
      start,
      [
        '1997-09-02 09:00',
        '1997-09-02 09:15',
        '1997-09-02 09:30',
        '1997-09-02 09:45',
        '1997-09-02 10:00',
        '1997-09-02 10:15',
      ],
      true,
    ],
    [
      'FREQ=MINUTELY;INTERVAL=90;COUNT=4',
      start,
      ['1997-09-02 09:00', '1997-09-02 10:30', '1997-09-02 12:00', '1997-09-02 13:30'],
      true,
    ],
    [
      'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
      start,
      ['1997-09-02 09:00', '1997-09-02 09:20', '1997-09-02 09:40', '1997-09-02 10:00'],
      false,
    ],
    [
      'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16',
      '1997-09-02T16:20:00',
      ['1997-09-02 16:20', '1997-09-02 16:40', '1997-09-03 09:00'],
      false,
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO',
      '1997-08-05T09:00:00',
      days('1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'),
      true,
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU',
      '1997-08-05T09:00:00',
      days('1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'),
      true,
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5',
      '2007-01-15T09:00:00',
      days('2007-01-15', '2007-01-30', '2007-02-15', '2007-03-15', '2007-03-30'),
      true,
    ],
  ])('%s from %s', (rrule, from, expected, complete) => {
    expect(ticks(rrule, from, expected.length + (complete ? 1 : 0))).toEqual(expected);
  });

  it('every day in January, for three years, in both of its forms', () => {
    const yearly = ticks(
      'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
      '1998-01-01T09:00:00',
      200,
    );
    expect(yearly).toHaveLength(93);
    expect(yearly.slice(30, 32)).toEqual(days('1998-01-31', '1999-01-01'));
    expect(ticks('FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1', '1998-01-01T09:00:00', 200)).toEqual(yearly);
  });
});

describe('a recurrence rule', () => {
  test.each([
    ['FREQ=OFTEN', '`OFTEN` is not a value of `FREQ`.'],
    ['INTERVAL=2', 'it needs `FREQ`.'],
    ['FREQ=DAILY;BYEASTER=1', 'it has the part `BYEASTER=1`, which RFC 5545 does not know.'],
    ['FREQ=DAILY;', 'it has the part ``, which RFC 5545 does not know.'],
    ['FREQ=DAILY;COUNT=1;COUNT=2', 'it has `COUNT` twice.'],
    ['FREQ=DAILY;COUNT=1;UNTIL=20260101', 'it has both `COUNT` and `UNTIL`; only one is allowed.'],
    ['FREQ=DAILY;COUNT=1000000', '`1000000` is not a value of `COUNT`: it is 1 to 100000.'],
    ['FREQ=DAILY;UNTIL=20260230', '`20260230` is not a value of `UNTIL`.'],
    ['FREQ=DAILY;BYHOUR=24', '`24` is not a value of `BYHOUR`.'],
    ['FREQ=DAILY;BYHOUR=-1', '`-1` is not a value of `BYHOUR`.'],
    ['FREQ=DAILY;INTERVAL=0', '`0` is not a value of `INTERVAL`.'],
    ['FREQ=DAILY;WKST=XX', '`XX` is not a value of `WKST`.'],
    ['FREQ=MONTHLY;BYDAY=0MO', '`0MO` is not a value of `BYDAY`.'],
    ['FREQ=WEEKLY;BYDAY=1MO', '`BYDAY` with a number needs `FREQ=MONTHLY` or `FREQ=YEARLY`; here it is `WEEKLY`.'],
    ['FREQ=MONTHLY;BYWEEKNO=1', '`BYWEEKNO` needs `FREQ=YEARLY`.'],
    ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', '`BYDAY` with a number cannot stand together with `BYWEEKNO`.'],
    ['FREQ=DAILY;BYYEARDAY=1', '`BYYEARDAY` cannot stand together with `FREQ=DAILY`.'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', '`BYMONTHDAY` cannot stand together with `FREQ=WEEKLY`.'],
    ['FREQ=DAILY;BYSETPOS=1', '`BYSETPOS` chooses among what another `BY…` names; there is none.'],
  ])('%s is refused', (text, problem) => {
    expect(parseRecurrence(text)).toEqual({ problem });
  });

  it('that names no time at all ends the search', () => {
    expect(ticks('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01T09:00:00', 1)).toEqual([]);
    expect(ticks('FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30', '2026-01-01T09:00:00', 1)).toEqual([]);
  });

  it('gives the same times wherever the search begins', () => {
    const rules = fc.constantFrom(
      'FREQ=DAILY;INTERVAL=3;BYHOUR=1,13',
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU',
      'FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR',
      'FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU',
      'FREQ=HOURLY;INTERVAL=7;BYDAY=TU',
      'FREQ=MINUTELY;INTERVAL=50;BYHOUR=2,3',
      'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2,-1;COUNT=40',
    );
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: 3_000 }), (rrule, hours) => {
        const start = '2025-01-01T00:30:00';
        const times = fireTimes({ rrule, start, timezone: newYork });
        const from = Date.parse('2025-01-01T00:00:00Z') + hours * 3_600_000 + 1_234;
        let tick = times.next(Date.parse('2024-12-01T00:00:00Z'));
        while (tick !== null && tick <= from) tick = times.next(tick);
        expect(times.next(from)).toBe(tick);
      }),
      { numRuns: 200 },
    );
  });
});
