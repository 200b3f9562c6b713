import { isList, type Json } from '../json.ts';

/** Told the number of characters of indentation before they are written; throws when the text grows too large. */
type Allocate = (size: number) => void;

/**
 * A value as YAML 1.2 in block style. Strings are plain where no YAML 1.1 or 1.2 parser would read something else, literal
 * blocks (`|`) where they have several plain lines, and in double quotes otherwise.
 */
export function toYaml(value: Json, allocate: Allocate): string {
  const lines: string[] = [];
  if (isBlock(value)) writeBlock(value, 0, '', lines, allocate);
  else writeScalar(value, 0, '', lines, allocate);
  return lines.length === 1 && !isBlock(value) ? lines.join('') : `${lines.join('\n')}\n`;
}

type Block = readonly Json[] | { readonly [key: string]: Json };

function isBlock(value: Json): value is Block {
  if (typeof value !== 'object' || value === null) return false;
  return isList(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** Writes a list or object at a depth; `lead` stands before its first line, in place of the indentation. */
function writeBlock(value: Block, depth: number, lead: string, lines: string[], allocate: Allocate): void {
  const indent = '  '.repeat(depth);
  const entries: readonly (readonly [string, Json])[] = isList(value)
    ? value.map((item) => ['-', item] as const)
    : Object.entries(value).map(([key, item]) => [`${keyText(key)}:`, item] as const);
  let start = lead === '' ? indent : lead;
  for (const [mark, item] of entries) {
    allocate(indent.length + 3);
    if (!isBlock(item)) writeScalar(item, depth + 1, `${start}${mark} `, lines, allocate);
    else if (mark === '-') writeBlock(item, depth + 1, `${start}- `, lines, allocate);
    else {
      lines.push(`${start}${mark}`);
      writeBlock(item, depth + 1, '', lines, allocate);
    }
    start = indent;
  }
}

function writeScalar(value: Json, depth: number, lead: string, lines: string[], allocate: Allocate): void {
  if (typeof value !== 'string') {
    lines.push(`${lead}${JSON.stringify(value)}`);
    return;
  }
  if (!isLiteralBlock(value)) {
    lines.push(`${lead}${isPlain(value) ? value : quoted(value)}`);
    return;
  }
  const body = value.endsWith('\n') ? value.slice(0, -1) : value;
  const indent = '  '.repeat(Math.max(1, depth));
  lines.push(`${lead}${value.endsWith('\n') ? '|' : '|-'}`);
  for (const line of body.split('\n')) {
    allocate(indent.length);
    lines.push(line === '' ? '' : `${indent}${line}`);
  }
}

/** Several lines of printable text whose white space a literal block keeps: none at their ends, no blank line last. */
function isLiteralBlock(text: string): boolean {
  return /^[^\s](?:[^\p{C}\p{Zl}\p{Zp}]|\n)*\n/u.test(text) && isPrintable(text) && !/[ \t]\n|[ \t]$|\n\n$/.test(text);
}

function isPrintable(text: string): boolean {
  return /^(?:[^\p{C}\p{Zl}\p{Zp}]|\n)*$/u.test(text);
}

/** Words with a meaning of their own in YAML 1.1 or 1.2. */
const meaningful = /^(?:y|n|yes|no|on|off|true|false|null|~|none|nan|inf)$/i;

function isPlain(text: string): boolean {
  return (
    /^[\p{L}_/][\p{L}\p{N}_/ .@+,()$%=-]*$/u.test(text) &&
    !text.endsWith(' ') &&
    !meaningful.test(text) &&
    text.length < 1000
  );
}

function keyText(key: string): string {
  return /^[\p{L}_][\p{L}\p{N}_.-]{0,99}$/u.test(key) && !meaningful.test(key) ? key : quoted(key);
}

/** JSON's strings are YAML's double-quoted ones, except for characters that YAML wants escaped. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
