// Where in a YAML text a cursor stands. Texts are broken while somebody types, so this reads lines and indents and no grammar.
import { joinFlows, withoutQuoted } from './flows.ts';

export type CursorPlace = Readonly<{
  /** A key is written, a value, or an expression (of which `text` is what stands before the cursor). */
  mode: 'key' | 'value' | 'expression';
  /** The keys above, from the top; of a value, its own key is the last. Lists are not counted. */
  path: readonly string[];
  /** What of the word is there. */
  word: string;
  text: string;
}>;

/** Keys whose value is an expression without braces around it. */
const bare = new Set(['when', 'until', 'for_each']);

/** Keys whose list holds plain names. */
const ofNames = new Set(['depends_on', 'do']);

/** `before`: the text up to the cursor. */
export function placeOf(before: string): CursorPlace | null {
  const lines = joinFlows(before.split('\n'));
  const line = lines.at(-1) ?? '';
  if (/(?:^|\s)#/.test(line) && !line.includes('{{')) return null;
  const parents = parentsOf(lines.slice(0, -1), indentOf(line));
  const open = line.lastIndexOf('{{');
  if (open >= 0 && open > line.lastIndexOf('}}')) {
    const own = /^[\s-]*([\w.-]+):/.exec(line)?.[1];
    return expression(own === undefined ? parents : [...parents, own], line.slice(open + 2));
  }
  const body = line.replace(/^\s*(?:- +)*/, '');
  const entry = /^([\w.-]+|"[^"]*"):\s+(.*)$/.exec(body);
  if (entry === null) {
    const word = /^[\w.-]*$/.exec(body)?.[0];
    if (/^\s*- /.test(line) && ofNames.has(parents.at(-1) ?? '')) return plainValue(parents, body);
    return word === undefined ? null : { mode: 'key', path: parents, word, text: body };
  }
  const path = [...parents, plain(entry[1] ?? '')];
  return inFlow(path, withoutQuoted(entry[2] ?? ''));
}

/** After `key: `: a plain value, or the inside of `{ … }` and `[ … ]`. */
function inFlow(path: readonly string[], value: string): CursorPlace | null {
  let keys = [...path];
  const stack: (readonly string[])[] = [];
  let piece = '';
  for (const character of value) {
    if (character === '{' || character === '[') {
      const key = /^\s*([\w.-]+):\s*$/.exec(piece)?.[1];
      stack.push(keys);
      if (key !== undefined) keys = [...keys, key];
      piece = '';
    } else if (character === '}' || character === ']') {
      keys = [...(stack.pop() ?? path)];
      piece = '';
    } else if (character === ',') piece = '';
    else piece += character;
  }
  const entry = /^\s*([\w.-]+):\s+(.*)$/.exec(piece);
  if (entry !== null) return plainValue([...keys, entry[1] ?? ''], entry[2] ?? '');
  const opened = value.slice(0, value.length - piece.length).trimEnd();
  if (stack.length > 0 && lastOpen(opened) === '{') {
    const word = piece.trimStart();
    return /^[\w.-]*$/.test(word) ? { mode: 'key', path: keys, word, text: word } : null;
  }
  return plainValue(keys, piece);
}

/** The bracket that is open at the end of a text. */
function lastOpen(text: string): string | undefined {
  const open: string[] = [];
  for (const character of text) {
    if (character === '{' || character === '[') open.push(character);
    else if (character === '}' || character === ']') open.pop();
  }
  return open.at(-1);
}

function plainValue(path: readonly string[], value: string): CursorPlace {
  if (bare.has(path.at(-1) ?? '')) return expression(path, value);
  const text = value.trimStart().replace(/^["']/, '');
  return { mode: 'value', path, word: text, text };
}

const expression = (path: readonly string[], text: string): CursorPlace => ({
  mode: 'expression',
  path,
  word: /[\w-]*$/.exec(text)?.[0] ?? '',
  text,
});

const plain = (key: string): string => key.replace(/^"|"$/g, '');

/** How far in the keys of a line stand; the dash of a list counts as indent. */
const indentOf = (line: string): number => /^\s*(?:- +)*/.exec(line)?.[0].length ?? 0;

function parentsOf(above: readonly string[], indent: number): readonly string[] {
  const parents: string[] = [];
  let least = indent;
  for (let index = above.length - 1; index >= 0 && least > 0; index -= 1) {
    const line = above[index] ?? '';
    const key = /^\s*(?:- +)*([\w.-]+|"[^"]*"):(?:\s|$)/.exec(line)?.[1];
    if (key === undefined || indentOf(line) >= least) continue;
    parents.unshift(plain(key));
    least = indentOf(line);
  }
  return parents;
}

/** The keys that stand below a path, with what is written behind them on their line. */
export function keysBelow(text: string, path: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const stack: { indent: number; key: string }[] = [];
  for (const line of joinFlows(text.split('\n'))) {
    const entry = /^(\s*(?:- +)*)([\w.-]+|"[^"]*"):(?:\s+(.*))?$/.exec(line);
    if (entry === null) continue;
    const indent = entry[1]?.length ?? 0;
    while ((stack.at(-1)?.indent ?? -1) >= indent) stack.pop();
    const key = plain(entry[2] ?? '');
    if (stack.length === path.length && stack.every((one, depth) => one.key === path[depth])) {
      found.set(key, (entry[3] ?? '').replace(/\s+#.*$/, ''));
    }
    stack.push({ indent, key });
  }
  const last = path.at(-1);
  if (found.size > 0 || last === undefined) return found;
  return flowKeys(withoutQuoted(keysBelow(text, path.slice(0, -1)).get(last) ?? ''));
}

/** The keys of `{ a: 1, b: { c: 2 } }`: a and b, with their values. */
function flowKeys(value: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!value.startsWith('{')) return found;
  let depth = 0;
  let piece = '';
  const end = (): void => {
    const entry = /^\s*([\w.-]+):(?:\s+(.*))?$/s.exec(piece);
    if (entry !== null) found.set(entry[1] ?? '', (entry[2] ?? '').trim());
    piece = '';
  };
  for (const character of value) {
    if (character === '}' || character === ']') depth -= 1;
    if (depth === 0 || (depth === 1 && character === ',')) end();
    else piece += character;
    if (character === '{' || character === '[') depth += 1;
    if (depth === 1 && piece === '{') piece = '';
  }
  return found;
}
