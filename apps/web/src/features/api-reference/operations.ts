// The OpenAPI document as the page reads it: operations by tag, and schemas as trees that fold.

export type Schema = Readonly<Record<string, unknown>>;

export type Operation = Readonly<{
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string | null;
  tag: string;
  parameters: readonly Readonly<{
    name: string;
    in: string;
    required: boolean;
    description?: string;
    schema: Schema;
  }>[];
  body: Schema | null;
  responses: readonly Readonly<{ status: string; description: string; schema: Schema | null }>[];
}>;

type Document = Readonly<Record<string, unknown>>;

export function operationsOf(document: Document): readonly Operation[] {
  const paths = record(document.paths);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, spec]) => operationOf(path, method, record(spec))),
  );
}

function operationOf(path: string, method: string, spec: Document): Operation {
  const responses = Object.entries(record(spec.responses)).map(([status, response]) => ({
    status,
    description: text(record(response).description) ?? '',
    schema: contentSchema(record(response).content),
  }));
  return {
    id: text(spec.operationId) ?? `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    summary: text(spec.summary) ?? '',
    description: text(spec.description),
    tag: Array.isArray(spec.tags) ? String(spec.tags[0] ?? '') : '',
    parameters: Array.isArray(spec.parameters) ? (spec.parameters as Operation['parameters']) : [],
    body: contentSchema(record(spec.requestBody).content),
    responses,
  };
}

function contentSchema(content: unknown): Schema | null {
  const { schema } = record(record(content)['application/json']);
  return schema === undefined ? null : record(schema);
}

/** What a `$ref` means, with its name; others as they are. */
export function resolve(document: Document, schema: Schema): Readonly<{ name: string | null; schema: Schema }> {
  const ref = text(schema.$ref);
  if (ref === null) return { name: null, schema };
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return { name, schema: record(record(record(document.components).schemas)[name]) };
}

/** The type of a value in few words: `string`, `Run`, `array of Run`, `"a" | "b"`. */
export function typeText(document: Document, given: Schema): string {
  const { name, schema } = resolve(document, given);
  if (name !== null) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives)) return alternatives.map((one) => typeText(document, record(one))).join(' | ');
  if (schema.type === 'array') return `array of ${typeText(document, record(schema.items))}`;
  return Array.isArray(schema.type) ? schema.type.join(' | ') : (text(schema.type) ?? 'any');
}

/** The schema whose properties a reader wants to see: of an object, or of the objects in an array or union. */
export function objectIn(document: Document, given: Schema): Schema | null {
  const { schema } = resolve(document, given);
  if (schema.properties !== undefined) return schema;
  if (schema.type === 'array') return objectIn(document, record(schema.items));
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(alternatives)) return null;
  return alternatives.map((one) => objectIn(document, record(one))).find((one) => one !== null) ?? null;
}

export const record = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
