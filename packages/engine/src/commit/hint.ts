import type { AttemptRef, RunId, WorkerId } from '@millrace/core';

/** What one server tells the others after a commit. Short keys: it travels with every commit, in at most 7,000 bytes. */
export type Hint = Readonly<{
  /** The server that committed; it ignores its own hints. */
  s: string;
  /** Runs that changed; absent: many. */
  r?: readonly RunId[];
  /** Lanes that got ready work which nobody took. */
  l?: readonly string[];
  /** Leased attempts whose workers shall stop them. */
  c?: readonly (readonly [AttemptRef, force: boolean])[];
  /** Workspaces whose live revision changed. */
  w?: readonly string[];
  /** Workers whose leases were taken from them. */
  x?: readonly WorkerId[];
}>;

const maxBytes = 7_000;

/** Writes a hint, leaving out what does not fit: the receivers' own looks find it. */
export function writeHint(hint: Hint): string {
  const whole = JSON.stringify(hint);
  if (whole.length <= maxBytes) return whole;
  const { r, c, ...rest } = hint;
  const withoutRuns = JSON.stringify({ ...rest, c });
  if (withoutRuns.length <= maxBytes) return withoutRuns;
  return JSON.stringify(rest).slice(0, maxBytes) === JSON.stringify(rest)
    ? JSON.stringify(rest)
    : JSON.stringify({ s: hint.s });
}

/** Reads a hint; null when it is not one of ours (another program may notify on the channel). */
export function readHint(text: string): Hint | null {
  try {
    const hint = JSON.parse(text) as unknown;
    return typeof hint === 'object' && hint !== null && 's' in hint ? (hint as Hint) : null;
  } catch {
    return null;
  }
}
