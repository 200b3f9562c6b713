import { parseDurationMs } from '../values/duration.ts';
import type { Json } from '../values/json.ts';
import type { Fault } from './fault.ts';
import type { Instant } from './records.ts';

/** Later times cannot be written as dates. */
const latest = 8_640_000_000_000_000;

/**
 * When a wait ends, from the value of its `for` or `until`; a fault when the value is neither a duration nor a time.
 */
export function readWaitEnd(key: 'for' | 'until', value: Json, now: Instant): Instant | Fault {
  const end = key === 'for' ? afterDuration(value, now) : timeOf(value);
  if (end !== null && end <= latest) return end;
  const expected =
    key === 'for'
      ? 'a duration such as 30s or 1h30m, or a number of milliseconds'
      : 'a date and time such as 2026-11-21T09:30:00Z, or a number of seconds since 1970';
  return {
    code: 'invalid_wait',
    message: `\`${key}\` expects ${expected}; it is ${shown(value)}.`,
    retryable: false,
  };
}

/** A step's `delay`: a duration text or milliseconds; null when it is neither. */
export function delayOf(value: Json): number | null {
  const end = afterDuration(value, 0);
  return end !== null && end <= latest ? end : null;
}

function afterDuration(value: Json, now: Instant): Instant | null {
  if (typeof value === 'number') return value >= 0 ? Math.round(now + value) : null;
  if (typeof value !== 'string') return null;
  const ms = parseDurationMs(value);
  return ms === null ? null : now + ms;
}

function timeOf(value: Json): Instant | null {
  // As everywhere in the language, a number that stands for a date counts seconds.
  if (typeof value === 'number') return Math.round(value * 1_000);
  if (typeof value !== 'string' || !/^\s*\d{4}-\d{2}-\d{2}/u.test(value)) return null;
  // A time without a zone is UTC, as everywhere in Millrace.
  const text = value.trim().replace(' ', 'T');
  const zoned = /T/u.test(text) && !/(?:Z|[+-]\d{2}:?\d{2})$/iu.test(text) ? `${text}Z` : text;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? null : time;
}

export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
