/**
 * The characters of a text: Unicode code points, so that an emoji counts once and is never cut in half. Texts without
 * surrogates, nearly all of them, are their own list of characters and cost nothing.
 */
export function characters(text: string): string | readonly string[] {
  return hasSurrogates(text) ? Array.from(text) : text;
}

export function characterCount(text: string): number {
  return characters(text).length;
}

/** The characters from `start` up to, not including, `end`; negative positions count from the end, as in Python. */
export function sliceText(text: string, start: number | undefined, end: number | undefined): string {
  const all = characters(text);
  return typeof all === 'string' ? all.slice(start, end) : all.slice(start, end).join('');
}

/** The position of `part` in characters, or -1. */
export function indexInText(text: string, part: string): number {
  const index = text.indexOf(part);
  return index <= 0 ? index : characterCount(text.slice(0, index));
}

const surrogate = /[\ud800-\udfff]/;

function hasSurrogates(text: string): boolean {
  return surrogate.test(text);
}
