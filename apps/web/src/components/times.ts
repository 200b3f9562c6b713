// Moments and spans as people read them. The exact moment is always shown too, on hover.

/** `12 ms`, `3.4 s`, `2 min 05 s`, `3 h 12 min`, `4 d 02 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  return `${Math.floor(minutes / 1_440)} d ${pad(Math.floor((minutes % 1_440) / 60))} h`;
}

/** A span that somebody set: as `durationText`, without a rest of nothing (`90 d`). */
export const spanText = (ms: number): string => durationText(ms).replace(/ 00 \w+$/, '');

/** `just now`, `12 s ago`, `in 3 min`, `yesterday`, `12 Nov`. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(now - at);
  const future = at > now + 1_000;
  if (distance < 5_000) return 'just now';
  const text = roughSpan(distance);
  if (text === null) return dayText(at, now);
  return future ? `in ${text}` : `${text} ago`;
}

function roughSpan(ms: number): string | null {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  if (seconds < 14 * 86_400) return `${Math.floor(seconds / 86_400)} d`;
  return null;
}

function dayText(at: number, now: number): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const day = `${date.getDate()} ${months[date.getMonth()] ?? ''}`;
  return sameYear ? day : `${day} ${date.getFullYear()}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-26 18:02:11.123 UTC+01:00`: in the time zone of who looks, and told. */
export function exactText(at: number): string {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const zone =
    offset === 0
      ? 'UTC'
      : `UTC${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clockText(at)}.${String(date.getMilliseconds()).padStart(3, '0')} ${zone}`;
}

/** `18:02:11` */
export function clockText(at: number): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

const pad = (value: number): string => String(value).padStart(2, '0');
