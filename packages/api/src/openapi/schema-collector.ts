import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

const definitionsPrefix = '#/$defs/';
const componentsPrefix = '#/components/schemas/';

/** Makes JSON Schemas of zod schemas, and gathers the named ones (`.meta({id})`) as shared components. */
export function createSchemaCollector() {
  const components = new Map<string, JsonSchema>();

  function describe(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $defs,
      $schema: _,
      ...root
    } = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      unrepresentable: 'any',
      cycles: 'ref',
      override: ({ jsonSchema }) => plain(jsonSchema as Record<string, unknown>, io),
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [id, definition] of Object.entries($defs ?? {})) components.set(id, relocate(definition));
    const id = root.id;
    if (typeof id !== 'string') return relocate(root);
    components.set(id, relocate(root));
    return { $ref: `${componentsPrefix}${id}` };
  }

  return {
    describe,
    components: (): Record<string, JsonSchema> =>
      Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/**
 * Takes out what says nothing to a reader: the limits of safe integers, the pattern behind a known format. Answers may get
 * more fields in later versions, so they are not closed.
 */
function plain(schema: Record<string, unknown>, io: 'input' | 'output'): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time') delete schema.pattern;
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
}

/** References point into the document's components, and zod's own `id` is no keyword of JSON Schema. */
function relocate(schema: JsonSchema): JsonSchema {
  const visit = (value: unknown, inProperties: boolean): unknown => {
    if (Array.isArray(value)) return value.map((entry) => visit(entry, false));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value)
      .filter(([key, entry]) => inProperties || key !== 'id' || typeof entry !== 'string')
      .map(([key, entry]): [string, unknown] => {
        if (key === '$ref' && typeof entry === 'string' && entry.startsWith(definitionsPrefix)) {
          return [key, componentsPrefix + entry.slice(definitionsPrefix.length)];
        }
        return [key, visit(entry, key === 'properties' && !inProperties)];
      });
    return Object.fromEntries(entries);
  };
  return visit(schema, false) as JsonSchema;
}
