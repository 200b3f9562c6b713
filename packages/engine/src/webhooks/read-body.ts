import type { Json } from '@millrace/core';
import { isNestedTooDeep, maxNesting } from './json-nesting.ts';

/** Each of its letters may be written as an escape. */
const prototypeKey =
  /"(?:_|\\u005[Ff]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[Ff])(?:t|\\u0074)(?:o|\\u006[Ff])(?:_|\\u005[Ff]){2}"/;

export type ReadBody = Readonly<{ ok: true; value: Json } | { ok: false; message: string }>;

/**
 * What a request's body says, by its content type: JSON, a form, or text. An empty body is null. GitHub may send its JSON
 * as the field `payload` of a form.
 */
export function readBody(body: Uint8Array, contentType: string, scheme: string | null): ReadBody {
  if (body.byteLength === 0) return { ok: true, value: null };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { ok: false, message: 'The body is not UTF-8.' };
  }
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return readJson(text);
  if (type !== 'application/x-www-form-urlencoded') return { ok: true, value: text };
  const form = readForm(text);
  return scheme === 'github' && typeof form.payload === 'string' ? readJson(form.payload) : { ok: true, value: form };
}

function readJson(text: string): ReadBody {
  if (isNestedTooDeep(text)) {
    return { ok: false, message: `The body has values that are nested more than ${maxNesting} levels deep.` };
  }
  // A key that would change what the object is; nobody sends it in good faith.
  if (prototypeKey.test(text)) return { ok: false, message: 'The body has the key "__proto__".' };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `The body is not valid JSON: ${reason}` };
  }
}

/** A field that comes several times is a list. */
function readForm(text: string): Readonly<Record<string, Json>> {
  const fields = new URLSearchParams(text);
  const names = [...new Set(fields.keys())].filter((name) => name !== '__proto__');
  return Object.fromEntries(
    names.map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
