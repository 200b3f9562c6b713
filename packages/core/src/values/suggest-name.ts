import { editDistance } from '@millrace/expression';

/** The known name that a mistyped one most likely means; undefined when none is near. */
export function suggestName(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const name of known) {
    if (Math.abs(name.length - typed.length) >= bestDistance) continue;
    const distance = distanceOf(typed.toLowerCase(), name.toLowerCase());
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** Names are short; longer ones are not compared. */
function distanceOf(a: string, b: string): number {
  if (a.length > 100 || b.length > 100) return a === b ? 0 : 100;
  return editDistance(a, b);
}
