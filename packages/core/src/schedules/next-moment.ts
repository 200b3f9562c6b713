import type { Instant } from '../run/records.ts';
import { dayMs } from './civil-day.ts';
import type { WallPattern } from './wall-pattern.ts';
import { momentOf, nextChange, wallTimeAt, zoneOffset } from './wall-time.ts';

/**
 * The first moment after this one that a pattern names in a time zone; null: there is none. The contract on days on which
 * clocks change (in the guide, "When clocks change"):
 *
 * - A pattern of **every hour** fires at each moment whose wall time it names: nothing in a gap, twice in an overlap. So
 *   "every quarter of an hour" is every quarter of an hour.
 * - Any other pattern fires **once for each wall time** that it names: one in a gap as many minutes after the change as
 *   it lies behind the gap's beginning, one in an overlap at the first of both. Two that come to the same moment are one.
 */
export function nextMoment(pattern: WallPattern, after: Instant, zone: string): Instant | null {
  return pattern.everyHour ? nextShown(pattern, after, zone) : nextOnce(pattern, after, zone);
}

/** Between two changes of the clock, wall times and moments run side by side: the pattern is asked for each stretch. */
function nextShown(pattern: WallPattern, after: Instant, zone: string): Instant | null {
  let from = after;
  for (;;) {
    const offset = zoneOffset(from, zone);
    const wall = pattern.next(from + offset);
    const found = wall === null ? null : wall - offset;
    // Without another wall time here, one may still come after clocks went back: look as far as they ever go.
    const change = nextChange(from, zone, found ?? from + 2 * dayMs);
    if (change === null || (found !== null && found < change)) return found;
    if (pattern.next(change + zoneOffset(change, zone) - 1) === change + zoneOffset(change, zone)) return change;
    from = change;
  }
}

/**
 * Wall times in order give moments in order, but for those in a gap, which come later than the first ones behind it. So
 * the search begins a gap's length earlier, and goes on for a gap's length behind the first moment that it finds.
 */
function nextOnce(pattern: WallPattern, after: Instant, zone: string): Instant | null {
  const skipped = Math.max(0, zoneOffset(after, zone) - zoneOffset(after - dayMs, zone));
  let best: Instant | null = null;
  let limit = Number.POSITIVE_INFINITY;
  let wall = pattern.next(wallTimeAt(after, zone) - skipped);
  for (; wall !== null && wall <= limit; wall = pattern.next(wall)) {
    const moment = momentOf(wall, zone);
    if (moment <= after || (best !== null && moment >= best)) continue;
    best = moment;
    const gap = zoneOffset(moment + dayMs, zone) - zoneOffset(moment - dayMs, zone);
    if (gap <= 0) return best;
    limit = wall + gap;
  }
  return best;
}
