import type { Parameters } from '../definitions/parameters.ts';
import { copyJson } from '../values/copy-json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { compileSchema, type SchemaCheck } from './compile-schema.ts';
import { type InputProblem, inputProblems } from './input-problem.ts';
import { jsonSchemaOf, objectSchema } from './json-schema-of.ts';

export type { InputProblem } from './input-problem.ts';

export type Checked<Value> =
  | Readonly<{ ok: true; value: Value }>
  | Readonly<{ ok: false; problems: readonly InputProblem[] }>;

/**
 * Checks what an action or a workflow is given, and fills in defaults. All problems at once; the given value is left as
 * it is. `unknown`: pointers to values that are not known yet, and so are not judged.
 */
export function checkInput(parameters: Parameters, value: Json, unknown: readonly string[] = []): Checked<JsonObject> {
  const checked = check(inputChecks, parameters, value, unknown);
  if (!checked.ok) return checked;
  if (typeof checked.value === 'object' && checked.value !== null && !Array.isArray(checked.value)) {
    return { ok: true, value: checked.value as JsonObject };
  }
  // Only a schema of the user's own can let another type through.
  const actual = Array.isArray(checked.value) ? 'array' : checked.value === null ? 'null' : typeof checked.value;
  const message = `The input is expected to be an object; it is ${actual}.`;
  return { ok: false, problems: [{ path: '', expected: 'object', actual, message }] };
}

/** Checks what an action gave. Fields that it does not promise are fine. */
export function checkOutput(parameters: Parameters, value: Json): Checked<Json> {
  if (value !== null || parameters.kind !== 'flat') return asOutput(check(outputChecks, parameters, value));
  // Who says nothing gives none of the fields, which is fine while none is required.
  const checked = asOutput(check(outputChecks, parameters, {}));
  return checked.ok && Object.keys(checked.value ?? {}).length === 0 ? { ok: true, value: null } : checked;
}

const asOutput = (checked: Checked<Json>): Checked<Json> =>
  checked.ok
    ? checked
    : {
        ok: false,
        problems: checked.problems.map((problem) => ({
          ...problem,
          message: problem.message.replace(/^The input:/, 'The output:'),
        })),
      };

type Checks = WeakMap<Parameters, SchemaCheck | InputProblem>;
const inputChecks: Checks = new WeakMap();
const outputChecks: Checks = new WeakMap();

function check(checks: Checks, parameters: Parameters, value: Json, unknown: readonly string[] = []): Checked<Json> {
  let compiled = checks.get(parameters);
  if (compiled === undefined) {
    compiled = compile(parameters, checks === outputChecks);
    checks.set(parameters, compiled);
  }
  if (typeof compiled !== 'function') return { ok: false, problems: [compiled] };
  const copy = copyJson(value);
  const errors = compiled(copy).filter(({ instancePath }) => !unknown.includes(instancePath));
  return errors.length === 0 ? { ok: true, value: copy } : { ok: false, problems: inputProblems(errors) };
}

function compile(parameters: Parameters, isOutput: boolean): SchemaCheck | InputProblem {
  const schema =
    isOutput && parameters.kind === 'flat' ? objectSchema(parameters.fields, true) : jsonSchemaOf(parameters);
  try {
    return compileSchema(schema, parameters.kind === 'schema');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The schema itself cannot be used: ${reason}`;
    return { path: '', expected: 'a JSON Schema (2020-12)', actual: reason, message };
  }
}
