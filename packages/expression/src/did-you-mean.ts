import { editDistance } from './edit-distance.ts';

/**
 * The known name that is most like `name`, or undefined when none is close. Close means: at most a third of the letters
 * differ (inserted, deleted, replaced or two neighbours swapped), upper and lower case counting as the same.
 */
function suggestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let bestDistance = (wanted.length < 2 ? 0 : Math.max(1, Math.floor(wanted.length / 3))) + 1;
  let looked = 0;
  for (const candidate of known) {
    if (++looked > 500) break;
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === name ? undefined : best;
}

/** The suggestion as a sentence for a hint. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const suggestion = suggestName(name, known);
  return suggestion === undefined ? undefined : `Did you mean \`${suggestion}\`?`;
}
