/** A piece of source text: from `start` up to, not including, `end`. Offsets are UTF-16 units, as in JavaScript strings. */
export type Span = Readonly<{ start: number; end: number }>;

/** The line and the column of an offset, both counted from 1. `\r\n`, `\n` and `\r` each end a line. */
export function locate(source: string, offset: number): { line: number; column: number } {
  const limit = Math.max(0, Math.min(offset, source.length));
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < limit; index++) {
    const unit = source.charCodeAt(index);
    if (unit !== 10 && unit !== 13) continue;
    if (unit === 13 && source.charCodeAt(index + 1) === 10) {
      if (index + 1 >= limit) break;
      index++;
    }
    line++;
    lineStart = index + 1;
  }
  return { line, column: limit - lineStart + 1 };
}
