/** What a bounded piece of removal leaves. `much`: all that it looked at was old, so it may be slower than those who write. */
export type Left = 'nothing' | 'some' | 'much';

const shortestRestMs = 20;

/**
 * How long removal rests after a piece of work, in milliseconds: as long as that took, so that it takes at most half of one
 * connection's time; where much is left, a quarter of it, since what is written faster than removed fills the disk.
 */
export const restAfter = (tookMs: number, left: Exclude<Left, 'nothing'>): number =>
  Math.max(shortestRestMs, left === 'much' ? tookMs / 4 : tookMs);
