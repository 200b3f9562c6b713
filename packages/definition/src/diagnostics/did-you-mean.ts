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

/** Damerau and Levenshtein, optimal string alignment: insert, delete, replace, or swap two neighbours, one each. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (older[j - 2] ?? 0) + 1);
      }
      row.push(distance);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
