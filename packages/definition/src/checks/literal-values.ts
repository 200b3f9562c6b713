import type { Json, Parameter } from '@millrace/core';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { closest } from '../diagnostics/did-you-mean.ts';
import { describeValue } from '../values/describe-value.ts';
import { parseDuration } from '../values/duration.ts';
import { entryOf } from '../values/record.ts';
import { placeOf, type SourceNode, toJson } from '../yaml/source-node.ts';
import { matchesPattern } from './patterns.ts';

/** Whether a text holds a template, so that its value is not known yet. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/**
 * Checks a value that stands in a file against its parameter, as far as it is known: templates are left to the run.
 * `label` names the value in messages and ends with its path in back ticks; the code tells inputs from defaults.
 */
export function checkLiteral(
  node: SourceNode,
  parameter: Parameter,
  label: string,
  code: DiagnosticCode,
  report: Report,
): void {
  if (node.kind === 'scalar' && typeof node.value === 'string' && isTemplate(node.value)) return;
  const value = toJson(node);
  if (parameter.multiple === true && parameter.type !== 'array') {
    if (node.kind !== 'list') wrong('a list', null);
    for (const [index, item] of (node.kind === 'list' ? node.items : []).entries()) {
      checkLiteral(item, { ...parameter, multiple: false }, below(label, `[${index}]`), code, report);
    }
    return;
  }
  const phrase = wantedType(value, parameter.type);
  if (phrase !== null) {
    wrong(phrase, textHint(value, parameter.type));
    return;
  }
  if (node.kind === 'list' && parameter.items !== undefined) {
    for (const [index, item] of node.items.entries()) {
      checkLiteral(item, parameter.items, below(label, `[${index}]`), code, report);
    }
  }
  if (node.kind === 'map' && parameter.properties !== undefined) {
    for (const [key, entry] of node.entries) {
      const property = entryOf(parameter.properties, key);
      if (property !== undefined) checkLiteral(entry.value, property, below(label, `.${key}`), code, report);
    }
  }
  const limit = wantedValue(value, parameter);
  if (limit !== null) {
    const suggestion =
      typeof value === 'string'
        ? closest(
            value,
            (parameter.enum ?? []).filter((one) => typeof one === 'string'),
          )
        : undefined;
    wrong(limit, suggestion === undefined ? null : `Did you mean \`${suggestion}\`?`);
  }

  function wrong(wanted: string, hint: string | null): void {
    report({
      code,
      message: `${label} must be ${wanted}; got ${describeValue(value)}.`,
      hint,
      at: placeOf(node),
    });
  }
}

/** The label of a part: `` `input.n` `` and `[0]` give `` `input.n[0]` ``. */
function below(label: string, part: string): string {
  return `${label.slice(0, -1)}${part}\``;
}

const isoDate = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

function wantedType(value: Json, type: string): string | null {
  switch (type) {
    case 'string':
    case 'text':
    case 'file':
      return typeof value === 'string' ? null : 'a text';
    case 'integer':
      return Number.isInteger(value) ? null : 'a whole number';
    case 'number':
      return typeof value === 'number' ? null : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : '`true` or `false`';
    case 'array':
      return Array.isArray(value) ? null : 'a list';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'a map';
    case 'date':
      return typeof value === 'string' && isoDate.test(value) ? null : 'a date such as `2026-01-31`';
    case 'datetime':
      return isDateTime(value) ? null : 'a date and time such as `2026-01-31T08:00:00Z`';
    case 'duration':
      return typeof value === 'string' && parseDuration(value) !== null ? null : 'a duration such as `30s`';
    default:
      return null;
  }
}

export function isDateTime(value: Json): boolean {
  if (typeof value !== 'string') return false;
  return /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/.test(value) && !Number.isNaN(Date.parse(value));
}

/** Quotes are the usual cause of a text where a number should be, and the lack of them of the opposite. */
function textHint(value: Json, type: string): string | null {
  if (typeof value === 'string' && ['integer', 'number', 'boolean'].includes(type)) return 'Write it without quotes.';
  if (typeof value === 'number' || typeof value === 'boolean') {
    return ['string', 'text', 'file'].includes(type) ? `Write it in quotes: \`"${value}"\`.` : null;
  }
  return null;
}

function wantedValue(value: Json, parameter: Parameter): string | null {
  const { enum: allowed, minimum, maximum, min_length: shortest, max_length: longest, pattern } = parameter;
  if (allowed !== undefined && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    return `one of ${allowed.map((one) => `\`${typeof one === 'string' ? one : JSON.stringify(one)}\``).join(', ')}`;
  }
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `at most ${maximum}`;
  }
  const length = typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : null;
  const unit = typeof value === 'string' ? 'characters' : 'items';
  if (length !== null && shortest !== undefined && length < shortest) return `of at least ${shortest} ${unit}`;
  if (length !== null && longest !== undefined && length > longest) return `of at most ${longest} ${unit}`;
  if (typeof value === 'string' && pattern !== undefined && matchesPattern(value, pattern) === false) {
    return `a text that matches \`${pattern}\``;
  }
  return null;
}
