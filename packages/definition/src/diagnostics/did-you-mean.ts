import { editDistance } from '@millrace/expression';

/** The candidate most like `word`, or undefined when none is close: at most a third of the letters may differ. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word.slice(0, 64));
  // Any letter is one change away from any other: that would be a guess, not a likeness.
  if (wanted.length < 2) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const folded = fold(candidate);
    if (Math.abs(folded.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, folded);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** A hint for a name that does not exist: the closest one, or the list of what there is when it is short. */
export function didYouMean(word: string, candidates: Iterable<string>, noun?: string): string | null {
  const known = [...candidates];
  const found = closest(word, known);
  if (found !== undefined) return `Did you mean \`${found}\`?`;
  if (noun === undefined || known.length === 0 || known.length > 16) return null;
  return `${noun}: ${known.map((name) => `\`${name}\``).join(', ')}.`;
}

/** Case and the choice between `-` and `_` count as no difference. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
