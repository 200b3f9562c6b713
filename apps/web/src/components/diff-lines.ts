// The shortest way from one text to another, line by line (E. Myers, "An O(ND) Difference Algorithm", 1986).

export type DiffLine = Readonly<{
  kind: 'same' | 'removed' | 'added';
  text: string;
  /** Numbers from 1; null where the line is not in that text. */
  before: number | null;
  after: number | null;
}>;

/** Texts with more differing lines than this are shown as replaced: reading such a difference helps nobody. */
const maxDifferences = 2_000;

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end++;
  const middle = steps(left.slice(start, left.length - end), right.slice(start, right.length - end));
  const kinds: DiffLine['kind'][] = [...Array(start).fill('same'), ...middle, ...Array(end).fill('same')];
  let [x, y] = [0, 0];
  return kinds.map((kind) => {
    const text = (kind === 'added' ? right[y] : left[x]) ?? '';
    if (kind !== 'added') x++;
    if (kind !== 'removed') y++;
    return { kind, text, before: kind === 'added' ? null : x, after: kind === 'removed' ? null : y };
  });
}

/** Furthest points for each number of differences, then back along them. */
function steps(left: readonly string[], right: readonly string[]): readonly DiffLine['kind'][] {
  const replaced = [...left.map(() => 'removed' as const), ...right.map(() => 'added' as const)];
  if (left.length === 0 || right.length === 0) return replaced;
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let count = 0; count <= Math.min(maxDifferences, left.length + right.length); count++) {
    trace.push(new Map(furthest));
    for (let diagonal = -count; diagonal <= count; diagonal += 2) {
      let x = comesFromAbove(furthest, diagonal, count) ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x++;
      furthest.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return walkBack(trace, left.length, right.length);
    }
  }
  return replaced;
}

function walkBack(trace: readonly Map<number, number>[], width: number, height: number): readonly DiffLine['kind'][] {
  const kinds: DiffLine['kind'][] = [];
  let [x, y] = [width, height];
  for (let count = trace.length - 1; count >= 0; count--) {
    const furthest = trace[count] ?? new Map<number, number>();
    const diagonal = x - y;
    const above = comesFromAbove(furthest, diagonal, count);
    const fromX = at(furthest, above ? diagonal + 1 : diagonal - 1);
    const fromY = fromX - (above ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      kinds.push('same');
      x--;
      y--;
    }
    if (count > 0) kinds.push(above ? 'added' : 'removed');
    [x, y] = [fromX, fromY];
  }
  return kinds.reverse();
}

const at = (furthest: ReadonlyMap<number, number>, diagonal: number): number => furthest.get(diagonal) ?? -1;

const comesFromAbove = (furthest: ReadonlyMap<number, number>, diagonal: number, count: number): boolean =>
  diagonal === -count || (diagonal !== count && at(furthest, diagonal - 1) < at(furthest, diagonal + 1));
