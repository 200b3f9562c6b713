import type { Place } from '@millrace/core';

/** A file that definitions come from, with the offsets at which its lines start. */
export type Origin = Readonly<{ path: string; text: string; lineStarts: readonly number[] }>;

export function createOrigin(path: string, text: string): Origin {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { path, text, lineStarts };
}

/** Line and column of an offset, both from 1; columns count UTF-16 units, as editors do. Offsets outside are clamped. */
export function placeAt(origin: Origin, offset: number): Place {
  const wanted = Math.max(0, Math.min(offset, origin.text.length));
  let low = 0;
  let high = origin.lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((origin.lineStarts[middle] ?? 0) <= wanted) low = middle;
    else high = middle;
  }
  return { file: origin.path, line: low + 1, column: wanted - (origin.lineStarts[low] ?? 0) + 1 };
}
