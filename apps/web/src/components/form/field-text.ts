// What stands in a field is text; what the server gets is JSON. Both ways are here.
import type { FormField, Json } from './form-field.ts';

/** `value` undefined: the field is left out, and the server takes its default or says that it is missing. */
export type FieldValue = Readonly<{ ok: true; value: Json | undefined } | { ok: false; message: string }>;

/** What a field begins with: what was given before, else the default. A secret that was given before is not told by anybody. */
export const firstText = (field: FormField, given: Json | undefined): string =>
  textOfValue(field, field.kind === 'secret' ? field.initial : (given ?? field.initial));

/** A value as the text of its field. */
export function textOfValue({ kind }: FormField, value: Json | undefined): string {
  if (value === undefined) return '';
  switch (kind) {
    case 'text':
    case 'lines':
    case 'secret':
    case 'date':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'moment':
      return typeof value === 'string' ? localMoment(value) : '';
    case 'json':
      return JSON.stringify(value, null, 2);
    default:
      return JSON.stringify(value);
  }
}

export function valueOfText(field: FormField, text: string): FieldValue {
  const { kind, initial } = field;
  if (text === '') {
    // Whoever empties a text that has a default wants it empty, and not the default.
    return { ok: true, value: (kind === 'text' || kind === 'lines') && typeof initial === 'string' ? '' : undefined };
  }
  switch (kind) {
    case 'text':
    case 'lines':
    case 'secret':
    case 'date':
      return { ok: true, value: text };
    case 'moment': {
      const at = new Date(text);
      return Number.isNaN(at.getTime())
        ? { ok: false, message: 'Expected a date and a time.' }
        : { ok: true, value: at.toISOString() };
    }
    case 'integer':
    case 'number': {
      const number = Number(text.trim());
      return Number.isFinite(number) && (kind === 'number' || Number.isInteger(number))
        ? { ok: true, value: number }
        : { ok: false, message: kind === 'integer' ? 'Expected a whole number.' : 'Expected a number.' };
    }
    default:
      return parseJson(text);
  }
}

export function parseJson(text: string): FieldValue {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    return { ok: false, message: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** As the browser's field for date and time has it: in the time zone of who looks, without naming it. */
function localMoment(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
