import type { InputForm } from '@millrace/api';
import type { JsonObject, Parameter, Parameters } from '@millrace/core';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** What a workflow takes as input, in both forms that there are. */
export const presentInput = (parameters: Parameters): InputForm => ({
  parameters: parameters.kind === 'flat' ? { ...(parameters.fields as Readonly<Record<string, JsonObject>>) } : null,
  json_schema: inputSchema(parameters),
});

/** The input of a workflow as JSON Schema (2020-12), for forms and editors. */
function inputSchema(parameters: Parameters): JsonObject {
  if (parameters.kind === 'schema') return { $schema: dialect, ...parameters.schema };
  return { $schema: dialect, ...objectSchema(parameters.fields) };
}

function objectSchema(fields: Readonly<Record<string, Parameter>>): JsonObject {
  const required = Object.entries(fields)
    .filter(([, field]) => field.required === true && field.default === undefined)
    .map(([name]) => name);
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, parameterSchema(field)]));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

function parameterSchema(parameter: Parameter): JsonObject {
  const annotations = {
    ...(parameter.description === undefined ? {} : { description: parameter.description }),
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
    ...(parameter.secret === true ? { writeOnly: true } : {}),
  };
  const one = { ...typeSchema(parameter), ...constraints(parameter) };
  return { ...(parameter.multiple === true ? { type: 'array', items: one } : one), ...annotations };
}

function typeSchema({ type, items, properties }: Parameter): JsonObject {
  switch (type) {
    case 'string':
    case 'text':
    case 'duration':
    case 'file':
      return { type: 'string' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'datetime':
      return { type: 'string', format: 'date-time' };
    case 'integer':
    case 'number':
    case 'boolean':
      return { type };
    case 'array':
      return { type: 'array', ...(items === undefined ? {} : { items: parameterSchema(items) }) };
    case 'object':
      return properties === undefined ? { type: 'object' } : objectSchema(properties);
    default:
      return {}; // a connection type: its shape is its own
  }
}

function constraints(parameter: Parameter): JsonObject {
  const isArray = parameter.type === 'array';
  return {
    ...(parameter.enum === undefined ? {} : { enum: parameter.enum }),
    ...(parameter.minimum === undefined ? {} : { minimum: parameter.minimum }),
    ...(parameter.maximum === undefined ? {} : { maximum: parameter.maximum }),
    ...(parameter.min_length === undefined ? {} : { [isArray ? 'minItems' : 'minLength']: parameter.min_length }),
    ...(parameter.max_length === undefined ? {} : { [isArray ? 'maxItems' : 'maxLength']: parameter.max_length }),
    ...(parameter.pattern === undefined ? {} : { pattern: parameter.pattern }),
    ...(parameter.format === undefined ? {} : { format: parameter.format }),
  };
}
