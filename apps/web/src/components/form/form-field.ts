// From a JSON Schema to the fields of a form. What a form cannot show plainly is a field that takes JSON: nothing that the schema
// allows is out of reach, and what is right the server decides.
import type { Workflow } from '@millrace/api';

type JsonObject = Workflow['input']['json_schema'];
export type Json = JsonObject[string];
export type { JsonObject };

type FieldKind =
  | 'text'
  | 'lines'
  | 'secret'
  | 'integer'
  | 'number'
  | 'flag'
  | 'choice'
  | 'choices'
  | 'date'
  | 'moment'
  | 'json';

export type FormField = Readonly<{
  name: string;
  kind: FieldKind;
  required: boolean;
  description: string | null;
  /** undefined: none. */
  initial: Json | undefined;
  /** Of `choice` and `choices`. */
  choices: readonly Json[];
  /** How the value is written, and within which bounds. */
  hint: string | null;
}>;

/**
 * The fields of an object, in the order of its properties. `parameters` is the flat form of the same, where there is one: it knows
 * long texts and durations apart. null: the schema is not a plain object, so its value must be written as a whole.
 */
export function fieldsOf(schema: JsonObject, parameters: Record<string, JsonObject> | null): FormField[] | null {
  if (!isObject(schema.properties)) return schema.type === 'object' && Object.keys(schema).length <= 2 ? [] : null;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(schema.properties)
    .map(([name, property]) =>
      fieldOf(name, isObject(property) ? property : {}, required.has(name), parameters?.[name]),
    )
    .sort((left, right) => orderOf(parameters, left.name) - orderOf(parameters, right.name));
}

function fieldOf(name: string, schema: JsonObject, required: boolean, parameter: JsonObject | undefined): FormField {
  const flatType = textOf(parameter?.type);
  const kind = kindOf(schema, flatType);
  const items = isObject(schema.items) ? schema.items : {};
  const choices = kind === 'choice' ? schema.enum : kind === 'choices' ? items.enum : [];
  return {
    name,
    kind,
    required,
    description: textOf(schema.description) ?? textOf(schema.title),
    initial: schema.default,
    choices: Array.isArray(choices) ? choices : [],
    hint: hintOf(schema, kind, flatType),
  };
}

function kindOf(schema: JsonObject, flatType: string | null): FieldKind {
  if (Array.isArray(schema.enum)) return 'choice';
  if (schema.writeOnly === true && schema.type === 'string') return 'secret';
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date') return 'date';
      if (schema.format === 'date-time') return 'moment';
      return flatType === 'text' ? 'lines' : 'text';
    case 'integer':
    case 'number':
      return schema.type;
    case 'boolean':
      return 'flag';
    case 'array':
      return isObject(schema.items) && Array.isArray(schema.items.enum) ? 'choices' : 'json';
    default:
      return 'json';
  }
}

function hintOf(schema: JsonObject, kind: FieldKind, flatType: string | null): string | null {
  const parts = [
    flatType === 'duration' ? 'such as 90s, 5m or 1h30m' : null,
    kind === 'json' ? jsonHint(schema) : null,
    bound('at least', schema.minimum ?? schema.minLength ?? schema.minItems, schema),
    bound('at most', schema.maximum ?? schema.maxLength ?? schema.maxItems, schema),
    typeof schema.pattern === 'string' ? `matches ${schema.pattern}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('; ');
}

function bound(words: string, value: Json | undefined, { type }: JsonObject): string | null {
  if (typeof value !== 'number') return null;
  return `${words} ${value}${type === 'string' ? ' characters' : type === 'array' ? ' entries' : ''}`;
}

function jsonHint({ type, items, properties }: JsonObject): string {
  if (type === 'array') {
    const one = isObject(items) ? textOf(items.type) : null;
    return one === null ? 'a JSON array' : `a JSON array of type ${one}`;
  }
  if (type === 'object') {
    return isObject(properties) ? `a JSON object with ${Object.keys(properties).join(', ')}` : 'a JSON object';
  }
  return 'a JSON value';
}

const orderOf = (parameters: Record<string, JsonObject> | null, name: string): number => {
  const order = parameters?.[name]?.order;
  return typeof order === 'number' ? order : 0;
};

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
