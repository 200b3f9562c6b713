import type { ErrorObject } from 'ajv';
import type { Json } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';
import { suggestName } from '../values/suggest-name.ts';

/**
 * One thing that is wrong with an input. `path` is a JSON pointer from the input's root; empty for the input itself.
 */
export type InputProblem = Readonly<{ path: string; expected: string; actual: string; message: string }>;

type Schema = Readonly<Record<string, Json | undefined>>;

/** More would not help anybody: a list of 100,000 wrong items has 100,000 problems. */
const maxProblems = 50;

export function inputProblems(errors: readonly ErrorObject[]): readonly InputProblem[] {
  const problems = errors.filter((error) => error.keyword !== 'if').map(inputProblem);
  const unique = new Map(problems.map((problem) => [`${problem.path} ${problem.expected}`, problem]));
  return [...unique.values()].slice(0, maxProblems);
}

function inputProblem(error: ErrorObject): InputProblem {
  const params = error.params as Schema;
  const schema = (error.parentSchema ?? {}) as Schema;
  const { instancePath: path } = error;
  switch (error.keyword) {
    case 'required':
      return missing(pointerTo(path, String(params.missingProperty)), schema, String(params.missingProperty));
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknown(path, String(params.additionalProperty ?? params.unevaluatedProperty), schema);
    default:
      return problem(path, expectation(error, params, schema), describe(error.data as Json, schema));
  }
}

function problem(path: string, expected: string, actual: string): InputProblem {
  return {
    path,
    expected,
    actual,
    message: `${path === '' ? 'The input' : path}: expected ${expected}, got ${actual}.`,
  };
}

function missing(path: string, schema: Schema, name: string): InputProblem {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const expected = Object.hasOwn(properties, name) ? typeName(properties[name]?.type) : 'a value';
  return { path, expected, actual: 'nothing', message: `${path}: expected ${expected}, but it is missing.` };
}

function unknown(parent: string, name: string, schema: Schema): InputProblem {
  const known = Object.keys((schema.properties ?? {}) as object);
  const suggestion = suggestName(name, known);
  const expected = known.length === 0 ? 'no fields' : `one of ${known.slice(0, 20).join(', ')}`;
  const hint = suggestion === undefined ? `Expected ${expected}.` : `Did you mean ${suggestion}?`;
  const path = pointerTo(parent, name);
  return { path, expected, actual: name, message: `${path}: there is no field ${name} here. ${hint}` };
}

const formats: Readonly<Record<string, string>> = {
  date: 'a date such as 2026-11-21',
  'date-time': 'a date and time with zone such as 2026-11-21T09:30:00Z',
  duration: 'a duration such as 30s or 1h30m',
  file: 'the name of a file',
};

function expectation(error: ErrorObject, params: Schema, schema: Schema): string {
  switch (error.keyword) {
    case 'type':
      return typeName(params.type);
    case 'enum':
      return `one of ${((schema.enum ?? []) as readonly Json[]).map((choice) => JSON.stringify(choice)).join(', ')}`;
    case 'const':
      return JSON.stringify(params.allowedValue);
    case 'format':
      return formats[String(params.format)] ?? `a text in the format ${params.format}`;
    case 'pattern':
      return `a text that matches ${params.pattern}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `a number ${params.comparison} ${params.limit}`;
    case 'minLength':
      return `at least ${params.limit} characters`;
    case 'maxLength':
      return `at most ${params.limit} characters`;
    case 'minItems':
      return `at least ${params.limit} items`;
    case 'maxItems':
      return `at most ${params.limit} items`;
    default:
      return `a value that ${error.message ?? `satisfies ${error.keyword}`}`;
  }
}

function typeName(type: Json | undefined): string {
  if (Array.isArray(type)) return type.map((name) => typeName(name as Json)).join(' or ');
  return typeof type === 'string' ? type : 'a value';
}

function describe(value: Json, schema: Schema): string {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (schema.writeOnly === true) return `${type} (secret)`;
  if (value === null || type === 'array' || type === 'object') return type;
  const text = JSON.stringify(value);
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return `${type === 'number' && Number.isInteger(value) ? 'integer' : type} ${shown}`;
}
