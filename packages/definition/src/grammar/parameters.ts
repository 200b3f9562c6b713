import { type JsonObject, type Parameter, parameterTypes } from '@millrace/core';
import { z } from 'zod';
import { expected } from './expected.ts';
import { json, jsonObject, name, text } from './values.ts';

const size = z.int().min(0);

/** One parameter as it is written; it is already the shape of `Parameter`. */
const parameter: z.ZodType<Parameter> = z
  .strictObject(
    {
      type: z.enum(parameterTypes).describe('The type of the value.'),
      description: text.exactOptional(),
      required: z.boolean().exactOptional().describe('A value must be given. Default false.'),
      default: json.exactOptional().describe('Used when no value is given.'),
      secret: z.boolean().exactOptional().describe('Masked wherever it is shown.'),
      enum: z.array(json).min(1).exactOptional().describe('The only values allowed.'),
      multiple: z.boolean().exactOptional().describe('A list of such values.'),
      minimum: z.number().exactOptional(),
      maximum: z.number().exactOptional(),
      min_length: size.exactOptional(),
      max_length: size.exactOptional(),
      pattern: text.exactOptional().describe('A regular expression (RE2) that the text must match.'),
      format: text.exactOptional(),
      get items() {
        return parameter.exactOptional();
      },
      get properties() {
        return z.record(name, parameter).exactOptional();
      },
      order: z.int().exactOptional().describe('Position in forms.'),
    },
    expected('wrong_type', 'a parameter such as `{ type: string }`'),
  )
  .meta({ id: 'Parameter' });

export const flatParameters = z.record(name, parameter);
const schemaParameters = z.strictObject({ schema: jsonObject });
export const parameters = z
  .union([schemaParameters, flatParameters], expected('wrong_type', 'a map of names to parameters, or `{ schema: … }`'))
  .meta({ id: 'Parameters', description: 'name: { type: … } for each value; or `schema` with a whole JSON Schema.' });

/** `{ schema: {…} }` alone is a JSON Schema; so a single parameter cannot be called `schema`. */
export function isSchemaForm(written: unknown): written is Readonly<{ schema: JsonObject }> {
  return typeof written === 'object' && written !== null && Object.keys(written).join() === 'schema';
}
