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
  /** Joined workers that were revoked. */
  j?: readonly string[];
}>;

const maxBytes = 7_000;

/** Writes a hint, leaving out what does not fit: the receivers' own looks find it. */
export function writeHint(hint: Hint): string {
  const { r: _runs, c: _cancellations, ...withoutBoth } = hint;
  const { r: _, ...withoutRuns } = hint;
  for (const candidate of [hint, withoutRuns, withoutBoth]) {
    const text = JSON.stringify(candidate);
    // Names of queues and labels may be in any script.
    if (text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes) return text;
  }
  return JSON.stringify({ s: hint.s });
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
