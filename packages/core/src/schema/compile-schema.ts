import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import { parseDurationMs } from '../values/duration.ts';
import type { Json, JsonObject } from '../values/json.ts';

/** Checks a value, which it may change (defaults), and tells what is wrong; an empty list: nothing. */
export type SchemaCheck = (value: Json) => readonly ErrorObject[];

/**
 * Compiles a JSON Schema (2020-12). Throws an error that says why when the schema cannot be used. `written`: by a user. One that
 * we made ourselves is not held against the schema of schemas, whose own compilation costs more than all else here.
 */
export function compileSchema(schema: JsonObject, written: boolean): SchemaCheck {
  // An asynchronous schema would answer with a promise, which counts as true.
  if (JSON.stringify(schema).includes('"$async"')) throw new Error('`$async` schemas are not supported.');
  compiler ??= createCompiler();
  if (written) compiler.validateSchema(schema, true);
  const validate = compiler.compile(schema);
  // Schemas live as long as their plans; the compiler must not keep them longer.
  compiler.removeSchema(schema);
  return (value) => (validate(value) === true ? [] : (validate.errors ?? []));
}

/** Patterns run in linear time, so that no input can hold a server up. */
const linearTime = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    // The compiler keeps patterns by their text, so each must have its own.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearTime' },
);

/** Made for the first schema: most commands have none. */
let compiler: Ajv2020 | null = null;

function createCompiler(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    useDefaults: true,
    validateSchema: false,
    code: { regExp: linearTime },
  });
  addFormats.default(ajv);
  ajv.addFormat('duration', (text: string) => parseDurationMs(text) !== null);
  ajv.addFormat('file', (text: string) => text !== '');
  return ajv;
}
