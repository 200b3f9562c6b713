import type { Expression } from '../ast.ts';
import { parseLimits } from '../budget.ts';
import { didYouMean } from '../did-you-mean.ts';
import { ExpressionError } from '../expression-error.ts';
import { skipSpace } from '../lexer.ts';
import { reservedWords } from '../parser/infix.ts';
import { parseExpressionAt } from '../parser/parse-expression.ts';
import type { Span } from '../span.ts';
import { refuseUnsafeName } from '../unsafe-names.ts';

/** A template before its blocks are put inside each other. */
export type Segment = Readonly<{ span: Span }> &
  Readonly<
    | { kind: 'text'; text: string }
    | { kind: 'value'; expression: Expression }
    | { kind: 'if' | 'elif'; condition: Expression }
    | { kind: 'for'; names: readonly string[]; list: Expression }
    | { kind: 'else' | 'endif' | 'endfor' }
  >;

const tagWords = ['if', 'elif', 'else', 'endif', 'for', 'endfor', 'raw', 'endraw'] as const;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const endRaw = /\{%(-?)\s*endraw\s*(-?)%\}/g;
const literalBraces = 'To print braces as they are, write {% raw %}…{% endraw %} around them.';

type Scan = {
  readonly source: string;
  readonly segments: Segment[];
  offset: number;
  /** Set by `-%}`, `-}}` and `-#}`: the text that follows loses its leading white space. */
  trimNext: boolean;
  nodes: number;
};

/** Cuts a text into plain text, values and block tags, with white space control applied and comments left out. */
export function scanTemplate(source: string): readonly Segment[] {
  const scan: Scan = { source, segments: [], offset: 0, trimNext: false, nodes: 0 };
  const opening = /\{[{%#]/g;
  for (;;) {
    opening.lastIndex = scan.offset;
    const match = nextOpening(opening, source);
    const end = match ?? source.length;
    const trimEnd = match !== undefined && source.charAt(match + 2) === '-';
    addText(scan, source.slice(scan.offset, end), { start: scan.offset, end }, trimEnd);
    if (match === undefined) return scan.segments;
    scan.offset = match;
    const mark = source.charAt(match + 1);
    if (mark === '#') skipComment(scan);
    else if (mark === '%') scanTag(scan);
    else scanValue(scan);
  }
}

/** `${#` is shell for a length and never starts a comment. */
function nextOpening(opening: RegExp, source: string): number | undefined {
  for (let match = opening.exec(source); match !== null; match = opening.exec(source)) {
    if (match[0] !== '{#' || source.charAt(match.index - 1) !== '$') return match.index;
    opening.lastIndex = match.index + 1;
  }
  return undefined;
}

function addText(scan: Scan, text: string, span: Span, trimEnd: boolean): void {
  const left = scan.trimNext ? text.trimStart() : text;
  const trimmed = trimEnd ? left.trimEnd() : left;
  scan.trimNext = false;
  if (trimmed !== '') scan.segments.push({ kind: 'text', text: trimmed, span });
}

function skipComment(scan: Scan): void {
  const start = scan.offset;
  const end = scan.source.indexOf('#}', start + 2);
  if (end === -1) fail('This comment is not closed.', { start, end: start + 2 }, `Add \`#}\`. ${literalBraces}`);
  scan.trimNext = end > start + 2 && scan.source.charAt(end - 1) === '-';
  scan.offset = end + 2;
}

function scanValue(scan: Scan): void {
  const start = scan.offset;
  const expression = parsePart(scan, start + openingLength(scan, start), '}}', start);
  scan.segments.push({ kind: 'value', expression, span: { start, end: scan.offset } });
}

function openingLength(scan: Scan, start: number): number {
  return scan.source.charAt(start + 2) === '-' ? 3 : 2;
}

/** Parses an expression and consumes the closing mark after it. `start` is where the tag opened. */
function parsePart(scan: Scan, offset: number, closing: '}}' | '%}', start: number): Expression {
  const { expression, end, nodes } = parseExpressionAt(scan.source, offset, closing);
  scan.nodes += nodes;
  if (scan.nodes > parseLimits.nodes) {
    throw new ExpressionError(
      'budget_exceeded',
      `The expressions of this text have more than ${parseLimits.nodes} parts.`,
      expression.span,
      'Split the text.',
    );
  }
  consumeClosing(scan, end, closing, start);
  return expression;
}

function consumeClosing(scan: Scan, offset: number, closing: '}}' | '%}', start: number): void {
  const at = skipSpace(scan.source, offset);
  const trim = scan.source.charAt(at) === '-';
  const end = trim ? at + 1 : at;
  if (!scan.source.startsWith(closing, end)) {
    const opening = closing === '}}' ? '{{' : '{%';
    if (at >= scan.source.length)
      fail(`This \`${opening}\` is not closed.`, { start, end: start + 2 }, `Add \`${closing}\`.`);
    fail(`Expected \`${closing}\`, found \`${scan.source.slice(at, at + 20)}\`.`, { start: at, end: at + 1 });
  }
  scan.trimNext = trim;
  scan.offset = end + 2;
}

function readWord(source: string, offset: number): Readonly<{ text: string; start: number; end: number }> {
  const start = skipSpace(source, offset);
  word.lastIndex = start;
  const text = word.exec(source)?.[0] ?? '';
  return { text, start, end: start + text.length };
}

function scanTag(scan: Scan): void {
  const start = scan.offset;
  const tag = readWord(scan.source, start + openingLength(scan, start));
  switch (tag.text) {
    case 'if':
    case 'elif': {
      const condition = parsePart(scan, tag.end, '%}', start);
      scan.segments.push({ kind: tag.text, condition, span: { start, end: scan.offset } });
      return;
    }
    case 'for': {
      const { names, end } = readLoopNames(scan.source, tag.end);
      const list = parsePart(scan, end, '%}', start);
      scan.segments.push({ kind: 'for', names, list, span: { start, end: scan.offset } });
      return;
    }
    case 'else':
    case 'endif':
    case 'endfor':
      consumeClosing(scan, tag.end, '%}', start);
      scan.segments.push({ kind: tag.text, span: { start, end: scan.offset } });
      return;
    case 'raw':
      consumeClosing(scan, tag.end, '%}', start);
      scanRaw(scan, start);
      return;
    default: {
      const span = { start: tag.start, end: Math.max(tag.end, Math.min(tag.start + 1, scan.source.length)) };
      const known = `The tags are ${tagWords.slice(0, 7).join(', ')}.`;
      const hint = didYouMean(tag.text, tagWords) ?? `${known} ${literalBraces}`;
      fail(tag.text === 'endraw' ? '`endraw` without `raw`.' : `Unknown tag \`${tag.text}\`.`, span, hint);
    }
  }
}

function scanRaw(scan: Scan, start: number): void {
  endRaw.lastIndex = scan.offset;
  const match = endRaw.exec(scan.source);
  if (match === null) fail('This `{% raw %}` is not closed.', { start, end: scan.offset }, 'Add `{% endraw %}`.');
  const span = { start: scan.offset, end: match.index };
  addText(scan, scan.source.slice(span.start, span.end), span, match[1] === '-');
  scan.trimNext = match[2] === '-';
  scan.offset = match.index + match[0].length;
}

/** `x in` or `key, value in`; gives the offset after `in`. */
function readLoopNames(source: string, offset: number): Readonly<{ names: readonly string[]; end: number }> {
  const names: string[] = [];
  let end = offset;
  do {
    const name = readWord(source, names.length === 0 ? end : end + 1);
    const span = { start: name.start, end: Math.max(name.end, Math.min(name.start + 1, source.length)) };
    if (name.text === '' || reservedWords.has(name.text)) {
      fail('Expected a name after `for`.', span, 'Write `{% for item in list %}` or `{% for key, value in object %}`.');
    }
    refuseUnsafeName(name.text, span);
    if (names.includes(name.text)) fail(`\`${name.text}\` stands twice.`, span);
    names.push(name.text);
    end = skipSpace(source, name.end);
  } while (source.charAt(end) === ',' && names.length < 2);
  const keyword = readWord(source, end);
  if (keyword.text !== 'in') {
    const span = { start: keyword.start, end: Math.max(keyword.end, Math.min(keyword.start + 1, source.length)) };
    fail('Expected `in` after the name.', span, 'Write `{% for item in list %}`; at most two names stand before `in`.');
  }
  return { names, end: keyword.end };
}

function fail(message: string, span: Span, hint?: string): never {
  throw new ExpressionError('syntax', message, span, hint);
}
