import { formatDuration, type Instant } from '@millrace/core';

/** A moment and how far away it is: `2026-11-21T09:30:00.000Z (in 5s)`. Distances from a second on are in whole seconds. */
export function moment(at: Instant, now: Instant): string {
  const ms = Math.abs(at - now);
  const distance = formatDuration(ms < 1_000 ? Math.round(ms) : Math.round(ms / 1_000) * 1_000);
  const text = new Date(at).toISOString();
  return at > now ? `${text} (in ${distance})` : `${text} (${distance} ago)`;
}

export const since = (at: Instant, now: Instant): string => `since ${moment(at, now)}`;

/** When a timer fires, also when it should have already. */
export const until = (at: Instant, now: Instant): string =>
  at > now ? `until ${moment(at, now)}` : `until ${moment(at, now)}; it is due, and fires as soon as a server looks`;

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[], limit = 5): string {
  const shown = names.slice(0, limit);
  if (names.length > limit) return `${shown.join(', ')} and ${names.length - limit} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}
