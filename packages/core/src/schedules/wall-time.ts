// What clocks on the wall show in a time zone, and the moments when they show it.
//
// A zone's distance from UTC is constant for months, then it changes: forward, and wall times are skipped (a gap), or back,
// and wall times come twice (an overlap). Everything that schedules promise about these days rests on the two functions
// `momentOf` and `nextChange`; the promises themselves are in the guide, under "When clocks change".
import { offsetAt } from '@millrace/expression';
import type { Instant } from '../run/records.ts';
import { dayMs } from './civil-day.ts';

/** Milliseconds since 1970 of what the clock shows, as if it showed UTC. */
export type WallTime = number;

/**
 * Distances from UTC at the beginning of days, by zone. Asking the zone database takes microseconds, and ten thousand
 * schedules ask about the same few days.
 */
const knownOffsets = new Map<string, Map<number, number>>();
const maxZones = 600;
const maxDays = 4_000;

function offsetAtDay(zone: string, day: number): number {
  let days = knownOffsets.get(zone);
  if (days === undefined) {
    if (knownOffsets.size >= maxZones) knownOffsets.clear();
    days = new Map();
    knownOffsets.set(zone, days);
  }
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= maxDays) days.clear();
  const offset = offsetAt(day * dayMs, zone);
  days.set(day, offset);
  return offset;
}

/** How far the zone is ahead of UTC. No zone changes there and back within a day of UTC, so quiet days need no closer look. */
export function zoneOffset(moment: Instant, zone: string): number {
  if (zone === 'UTC') return 0;
  const day = Math.floor(moment / dayMs);
  const offset = offsetAtDay(zone, day);
  return offset === offsetAtDay(zone, day + 1) ? offset : offsetAt(moment, zone);
}

export function wallTimeAt(moment: Instant, zone: string): WallTime {
  return moment + zoneOffset(moment, zone);
}

/**
 * The moment at which clocks show a wall time. One that is skipped is read with the distance before the change, so 02:30
 * in a gap of an hour is the moment that shows 03:30; of one that comes twice it is the first. (RFC 5545, 3.3.5.)
 */
export function momentOf(wall: WallTime, zone: string): Instant {
  if (zone === 'UTC') return wall;
  const before = zoneOffset(wall - dayMs, zone);
  if (zoneOffset(wall - before, zone) === before) return wall - before;
  const after = zoneOffset(wall + dayMs, zone);
  return zoneOffset(wall - after, zone) === after ? wall - after : wall - before;
}

/** When the distance from UTC changes for the first time after a moment; null: not until `until`. To the second. */
export function nextChange(moment: Instant, zone: string, until: Instant): Instant | null {
  if (zone === 'UTC') return null;
  const offset = zoneOffset(moment, zone);
  let from = moment;
  while (from < until) {
    const to = Math.min(until, (Math.floor(from / dayMs) + 1) * dayMs);
    if (zoneOffset(to, zone) !== offset) return firstOther(from, to, offset, zone);
    from = to;
  }
  return null;
}

function firstOther(from: Instant, to: Instant, offset: number, zone: string): Instant {
  let [same, other] = [from, to];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (zoneOffset(middle, zone) === offset) same = middle;
    else other = middle;
  }
  return other;
}
