import type { Json, JsonObject } from '../values/json.ts';

export const parameterTypes = [
  'string',
  'text',
  'integer',
  'number',
  'boolean',
  'array',
  'object',
  'date',
  'datetime',
  'duration',
  'file',
] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** One named value that an action or workflow takes or gives. `type` may also name a connection type. */
export type Parameter = Readonly<{
  type: string;
  description?: string;
  required?: boolean;
  default?: Json;
  secret?: boolean;
  enum?: readonly Json[];
  multiple?: boolean;
  minimum?: number;
  maximum?: number;
  min_length?: number;
  max_length?: number;
  pattern?: string;
  format?: string;
  items?: Parameter;
  properties?: Readonly<Record<string, Parameter>>;
  order?: number;
}>;

/** A flat map of parameters, or (`schema`) a whole JSON Schema (2020-12) written by the user. */
export type Parameters =
  | Readonly<{ kind: 'flat'; fields: Readonly<Record<string, Parameter>> }>
  | Readonly<{ kind: 'schema'; schema: JsonObject }>;
