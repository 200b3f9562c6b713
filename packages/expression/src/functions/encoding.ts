import type { CallNode } from '../ast.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, isObject, type Json, renderText } from '../json.ts';
import { refuseUnsafeName } from '../unsafe-names.ts';
import { absent, badArgument, integerAt, textAt, wrongType } from './arguments.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Builtin, plain } from './builtin.ts';
import { sha256 } from './sha256.ts';
import { toYaml } from './yaml.ts';

/** The deepest nesting of brackets in a JSON text, found without parsing it. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (mark === '[' || mark === '{') deepest = Math.max(deepest, ++depth);
    else if (mark === ']' || mark === '}') depth--;
  }
  return deepest;
}

/** Refuses what JSON text can hold and values cannot: unsafe keys, and numbers that became infinite. */
function checkParsed(value: Json, call: CallNode, evaluation: Evaluation): void {
  evaluation.allocate(1, call);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ExpressionError('number_overflow', 'The JSON holds a number that is too large.', call.span);
  }
  if (typeof value !== 'object' || value === null) return;
  if (isList(value)) {
    for (const item of value) checkParsed(item, call, evaluation);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    refuseUnsafeName(key, call.span);
    checkParsed(item, call, evaluation);
  }
}

function parseJson(text: string, call: CallNode, evaluation: Evaluation): Json {
  evaluation.allocate(text.length, call);
  evaluation.spend(text.length >> 4, call);
  evaluation.checkDepth(nestingOf(text), call);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = text.trim() === '' ? 'it is empty' : position(cause);
    throw new ExpressionError(
      'bad_argument',
      `The text is not JSON: ${reason}.`,
      call.args[0]?.span ?? call.span,
      undefined,
      {
        cause,
      },
    );
  }
  checkParsed(value, call, evaluation);
  return value;
}

/** Where JSON.parse stopped. Its message quotes the text, which may hold secrets, so only the position is kept. */
function position(cause: unknown): string {
  const found = cause instanceof Error ? /position (\d+)/.exec(cause.message) : null;
  return found === null
    ? 'it ends too early or has something wrong in it'
    : `it is wrong at character ${Number(found[1]) + 1}`;
}

/** One word for a POSIX shell. */
function quoteWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function wordAt(value: Json, call: CallNode): string {
  if (typeof value === 'object') return wrongType(value, 0, call, 'a string, number or boolean, or an array of these');
  return String(value);
}

function encodeUrl(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return encoded.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function toUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export const encodingFunctions: readonly Builtin[] = [
  /** JSON, compact or indented by so many blanks (at most 10). */
  plain('json(value, indent?)', (args, call, evaluation) => {
    const [value = null] = args;
    const indent = absent(args, 1) ? 0 : integerAt(args, 1, call);
    if (indent < 0 || indent > 10) badArgument('json() indents by 0 to 10 blanks.', 1, call);
    evaluation.measure(value, call);
    const text = JSON.stringify(value, null, indent);
    evaluation.allocate(indent === 0 ? 0 : text.length, call);
    return text;
  }),
  plain('from_json(text)', (args, call, evaluation) => parseJson(textAt(args, 0, call), call, evaluation)),
  /** YAML in block style, with a line break at its end unless the value is a single line. */
  plain('yaml(value)', ([value = null], call, evaluation) => {
    evaluation.measure(value, call);
    return toYaml(value, (size) => evaluation.allocate(size, call));
  }),
  plain('base64(text)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length * 4, call);
    evaluation.spend(text.length >> 4, call);
    return encodeBase64(toUtf8(text));
  }),
  plain('from_base64(text)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length * 2, call);
    evaluation.spend(text.length >> 4, call);
    const bytes = decodeBase64(text) ?? badArgument('The text is not base64.', 0, call);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return badArgument('The base64 does not hold UTF-8 text.', 0, call, 'Binary data is handled in steps.');
    }
  }),
  /** SHA-256 of the text as UTF-8, in hexadecimal. */
  plain('sha256(text)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length * 3, call);
    evaluation.spend(text.length >> 3, call);
    return sha256(toUtf8(text));
  }),
  /** Quoted for a POSIX shell: one word, or the items of a list as words. */
  plain('quote(value)', ([value = null], call, evaluation) => {
    const words = (isList(value) ? value : [value]).map((item) => {
      const word = quoteWord(wordAt(item, call));
      evaluation.allocate(word.length + 1, call);
      return word;
    });
    return words.join(' ');
  }),
  /** Percent-encoded for a part of a URL; an object gives a query string. */
  plain('url_encode(value)', ([value = null], call, evaluation) => {
    evaluation.measure(value, call);
    if (isObject(value)) {
      const pairs = Object.entries(value).map(([key, item]) => `${encodeUrl(key)}=${encodeUrl(renderText(item))}`);
      evaluation.allocate(
        pairs.reduce((size, pair) => size + pair.length, 0),
        call,
      );
      return pairs.join('&');
    }
    const text = encodeUrl(wordAt(value, call));
    evaluation.allocate(text.length, call);
    return text;
  }),
];
