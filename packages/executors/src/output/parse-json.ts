import type { Json } from '@millrace/core';
import { locate } from '@millrace/expression';

export type Parsed = Readonly<{ ok: true; value: Json }> | Readonly<{ ok: false; problem: string }>;

/** Parses JSON; a problem says what was found at which line and column, with the text around it. */
export function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    const offset = errorOffset(text);
    const { line, column } = locate(text, offset);
    const found =
      offset >= text.length ? 'the end of the text' : JSON.stringify([...text.slice(offset, offset + 2)][0]);
    const around = text.slice(Math.max(0, offset - 20), offset + 20);
    return {
      ok: false,
      problem: `unexpected ${found} at line ${line}, column ${column} (near ${JSON.stringify(around)})`,
    };
  }
}

const space = /[ \t\n\r]*/y;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings.
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Where a text stops being JSON. JavaScript's own messages name no position for short texts. */
export function errorOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match !== null;
  };
  const key = (): boolean => {
    take(space);
    if (!take(string)) return false;
    take(space);
    if (text[at] !== ':') return false;
    at++;
    return true;
  };
  for (;;) {
    // A value is expected.
    take(space);
    const char = text[at];
    if (char === '{' || char === '[') {
      at++;
      take(space);
      const close = char === '{' ? '}' : ']';
      if (text[at] !== close) {
        open.push(char);
        if (char === '{' && !key()) return at;
        continue;
      }
      at++;
    } else if (char === '"' ? !take(string) : !take(literal)) {
      return at;
    }
    // A value is complete: close what closes, then a comma leads to the next value.
    for (;;) {
      take(space);
      const container = open.at(-1);
      if (container === undefined) return at;
      if (text[at] !== (container === '{' ? '}' : ']')) break;
      at++;
      open.pop();
    }
    if (text[at] !== ',') return at;
    at++;
    if (open.at(-1) === '{' && !key()) return at;
  }
}
