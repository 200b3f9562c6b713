const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Whole numbers with units from large to small, each at most once: `500ms`, `30s`, `7d`, `1h30m`. */
export const durationPattern = /^(?=.)(?:\d{1,12}d)?(?:\d{1,12}h)?(?:\d{1,12}m(?!s))?(?:\d{1,12}s)?(?:\d{1,12}ms)?$/;

/** Nothing waits or runs longer than this; a longer time is nearly always a wrong unit. */
export const maxDurationMs = 366 * units.d;

/** Milliseconds, or null when the text is not a duration. */
export function parseDuration(text: string): number | null {
  if (!durationPattern.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) {
    total += Number(amount) * units[unit as keyof typeof units];
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** The shortest text that `parseDuration` reads as the same time: 5400000 → `1h30m`, 0 → `0s`. Fractions are cut off. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.trunc(milliseconds));
  let text = '';
  for (const [unit, size] of Object.entries(units)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text === '' ? '0s' : text;
}
