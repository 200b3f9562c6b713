import type { Parameter, Parameters } from '../definitions/parameters.ts';
import type { Json, JsonObject } from '../values/json.ts';

type Schema = Record<string, Json>;

/**
 * The JSON Schema (2020-12) of parameters: what editors, forms and checks read. One written by the user is given as
 * it is.
 */
export function jsonSchemaOf(parameters: Parameters): JsonObject {
  if (parameters.kind === 'schema') return parameters.schema;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...objectSchema(parameters.fields, false) };
}

/** An object with these fields. `open`: others are fine too (outputs may say more than they promise). */
export function objectSchema(fields: Readonly<Record<string, Parameter>>, open: boolean): Schema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => field.required === true && field.default === undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, parameterSchema(field)])),
    required: required.map(([name]) => name),
    additionalProperties: open,
  };
}

function parameterSchema(parameter: Parameter): Schema {
  const { description, secret, order } = parameter;
  const schema =
    parameter.multiple === true ? { type: 'array', items: valueSchema(parameter) } : valueSchema(parameter);
  return {
    ...schema,
    ...present({ description, default: parameter.default, 'x-order': order }),
    ...(secret === true ? { writeOnly: true } : {}),
  };
}

function valueSchema(parameter: Parameter): Schema {
  const { minimum, maximum, min_length, max_length, pattern, format, enum: choices } = parameter;
  const isList = parameter.type === 'array' && parameter.multiple !== true;
  const lengths = isList
    ? { minItems: min_length, maxItems: max_length }
    : { minLength: min_length, maxLength: max_length };
  return { ...typeSchema(parameter), ...present({ minimum, maximum, ...lengths, pattern, format, enum: choices }) };
}

function typeSchema({ type, items, properties }: Parameter): Schema {
  switch (type) {
    case 'string':
    case 'text':
      return { type: 'string' };
    case 'integer':
    case 'number':
    case 'boolean':
      return { type };
    case 'array':
      return items === undefined ? { type } : { type, items: parameterSchema(items) };
    case 'object':
      return properties === undefined ? { type } : objectSchema(properties, false);
    case 'date':
      return { type: 'string', format: 'date' };
    case 'datetime':
      return { type: 'string', format: 'date-time' };
    case 'duration':
    case 'file':
      return { type: 'string', format: type };
    default:
      // A connection: its name, or its resolved values.
      return { type: ['string', 'object'] };
  }
}

function present(fields: Readonly<Record<string, Json | undefined>>): Schema {
  const schema: Schema = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) schema[key] = value;
  return schema;
}
