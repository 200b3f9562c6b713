// The contract for days on which clocks change, over 60 zones and 10 years. What is expected is found by looking at every
// quarter of an hour, with the zone database alone.
import { offsetAt } from '@millrace/expression';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fireTimes } from './fire-times.ts';
import { nextChange, wallTimeAt, zoneOffset } from './wall-time.ts';

const zones = [
  'UTC',
  'Europe/Oslo',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Lisbon',
  'Europe/Athens',
  'Europe/Moscow',
  'Europe/Istanbul',
  'Europe/Chisinau',
  'Europe/Berlin',
  'Atlantic/Azores',
  'Atlantic/Reykjavik',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/Adak',
  'America/St_Johns',
  'America/Halifax',
  'America/Havana',
  'America/Santiago',
  'America/Asuncion',
  'America/Sao_Paulo',
  'America/Bogota',
  'America/Mexico_City',
  'America/Tijuana',
  'America/Nuuk',
  'America/Port-au-Prince',
  'America/Caracas',
  'America/Toronto',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/El_Aaiun',
  'Africa/Johannesburg',
  'Africa/Lagos',
  'Africa/Windhoek',
  'Asia/Tehran',
  'Asia/Kabul',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Yangon',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Asia/Pyongyang',
  'Asia/Jerusalem',
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Amman',
  'Asia/Damascus',
  'Australia/Sydney',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Australia/Eucla',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Pacific/Fiji',
  'Pacific/Kiritimati',
  'Pacific/Easter',
] as const;
const [from, to] = [Date.parse('2018-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')];
const quarter = 15 * 60_000;
const day = 86_400_000;
const reach = 1.25 * day;

const changes = new Map<string, readonly number[]>(
  zones.map((zone) => {
    const found: number[] = [];
    for (let at = nextChange(from, zone, to); at !== null; at = nextChange(at, zone, to)) found.push(at);
    return [zone, found];
  }),
);
const changesOf = (zone: string): readonly number[] => changes.get(zone) ?? [];

type Shown = Readonly<{ at: number; wall: number }>;
const scans = new Map<string, readonly Shown[]>();

/** Moments at quarters of an hour around a change, and what clocks show then. */
function scan(zone: string, change: number): readonly Shown[] {
  const key = `${zone} ${change}`;
  const known = scans.get(key);
  if (known !== undefined) return known;
  const shown: Shown[] = [];
  for (let at = change - reach; at <= change + reach; at += quarter) shown.push({ at, wall: at + offsetAt(at, zone) });
  scans.set(key, shown);
  return shown;
}

function ticksOf(cron: string, zone: string, after: number, until: number): readonly number[] {
  const times = fireTimes({ cron, timezone: zone });
  const ticks: number[] = [];
  for (let tick = times.next(after); tick !== null && tick <= until; tick = times.next(tick)) ticks.push(tick);
  return ticks;
}

const quarterOf = (wall: number): number => new Date(wall).getUTCMinutes();
const hourOf = (wall: number): number => new Date(wall).getUTCHours();

test('there are more than 60 zones, and they change their clocks in many ways', () => {
  expect(zones.length).toBeGreaterThan(60);
  const sizes = new Set(
    zones.flatMap((zone) => changesOf(zone).map((at) => offsetAt(at, zone) - offsetAt(at - 1, zone))),
  );
  expect([...sizes].sort((a, b) => a - b)).toEqual([-3_600_000, -1_800_000, 1_800_000, 3_600_000]);
  expect(zones.flatMap(changesOf).length).toBeGreaterThan(500);
});

test('changes of the clock are found to the millisecond, and offsets agree with the zone database', () => {
  for (const zone of zones) {
    for (const change of changesOf(zone)) {
      expect(offsetAt(change, zone)).not.toBe(offsetAt(change - 1, zone));
      for (const near of [-day - 1, -1, 0, 1, day, day + 1]) {
        expect(zoneOffset(change + near, zone)).toBe(offsetAt(change + near, zone));
      }
    }
  }
});

describe('around every change of the clock', () => {
  test('what fires every hour fires at each moment whose wall time it names: nothing in a gap, twice in an overlap', () => {
    for (const zone of zones) {
      for (const change of changesOf(zone)) {
        const [first, last] = [change - reach, change + reach];
        const expected = scan(zone, change)
          .filter(({ at, wall }) => at > first && [15, 30].includes(quarterOf(wall)))
          .map(({ at }) => at);
        expect(ticksOf('15,30 * * * *', zone, first, last), zone).toEqual(expected);
      }
    }
  });

  test('what names hours fires once for each wall time: in a gap as far behind it, in an overlap at the first', () => {
    for (const zone of zones) {
      for (const change of changesOf(zone)) {
        const [first, last] = [change - reach, change + reach];
        const firstAt = new Map<number, number>();
        for (const { at, wall } of scan(zone, change)) if (!firstAt.has(wall)) firstAt.set(wall, at);
        const before = offsetAt(change - 1, zone);
        const expected = new Set<number>();
        for (let wall = wallTimeAt(first, zone); wall <= wallTimeAt(last, zone); wall += quarter) {
          if (hourOf(wall) > 3 || quarterOf(wall) === 45) continue;
          const at = firstAt.get(wall) ?? wall - before;
          if (at > first && at <= last) expected.add(at);
        }
        const ticks = ticksOf('0,15,30 0-3 * * *', zone, first, last);
        expect(ticks, `${zone} ${new Date(change).toISOString()}`).toEqual([...expected].sort((a, b) => a - b));
      }
    }
  });
});

test('what fires daily fires on each day, once, for ten years in every zone', { timeout: 120_000 }, () => {
  for (const zone of zones) {
    const ticks = ticksOf('30 2 * * *', zone, from, to);
    const dates = ticks.map((tick) => Math.floor(wallTimeAt(tick, zone) / day));
    const expected = Array.from({ length: dates.length }, (_, index) => (dates[0] ?? 0) + index);
    expect(dates, zone).toEqual(expected);
    expect(dates.length).toBeGreaterThanOrEqual(3_651);
  }
});

test('a recurrence rule keeps the same contract as a cron expression', () => {
  const pairs = [
    ['30 1-2 * * *', 'FREQ=DAILY;BYHOUR=1,2;BYMINUTE=30'],
    ['*/15 * * * *', 'FREQ=HOURLY;BYMINUTE=0,15,30,45'],
    ['*/30 * * * *', 'FREQ=MINUTELY;INTERVAL=30'],
  ] as const;
  for (const zone of ['Europe/Oslo', 'Australia/Lord_Howe', 'America/Havana', 'Africa/Casablanca']) {
    for (const change of changesOf(zone)) {
      for (const [cron, rrule] of pairs) {
        const rule = fireTimes({ rrule, start: '2017-01-01T00:00:00', timezone: zone });
        for (const tick of ticksOf(cron, zone, change - 2 * day, change + 2 * day))
          expect(rule.next(tick - 1)).toBe(tick);
      }
    }
  }
});

test('the next tick is after the moment asked for, and no tick lies between', () => {
  const crons = fc.constantFrom(
    '*/7 * * * *',
    '5 2 * * *',
    '0 */3 * * *',
    '15 1,2,3 * * SUN',
    '0 0 L * *',
    '30 23 * * *',
  );
  fc.assert(
    fc.property(
      crons,
      fc.constantFrom(...zones),
      fc.integer({ min: from, max: to }),
      fc.nat(86_400_000),
      (cron, timezone, at, less) => {
        const times = fireTimes({ cron, timezone });
        const tick = times.next(at) ?? Number.NaN;
        expect(tick).toBeGreaterThan(at);
        const earlier = times.next(at - less) ?? Number.NaN;
        expect(earlier <= at || earlier === tick).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
});
