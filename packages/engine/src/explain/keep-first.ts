/** How many items of a for-each are named as examples of a reason. */
const maxExamples = 5;

/** Keeps of many the few with the lowest numbers, in their order. */
export function keepFirst<One>(first: One[], one: One, itemOf: (one: One) => number): void {
  const last = first.at(-1);
  if (first.length === maxExamples && last !== undefined && itemOf(last) < itemOf(one)) return;
  first.push(one);
  first.sort((left, right) => itemOf(left) - itemOf(right));
  first.length = Math.min(first.length, maxExamples);
}
