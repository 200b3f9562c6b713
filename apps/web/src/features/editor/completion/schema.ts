export type Suggestion = Readonly<{ label: string; detail?: string }>;

/** As far as it is looked at. */
export type JsonSchema = Readonly<Record<string, unknown>>;
type Node = JsonSchema;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The parts of a JSON Schema that may stand at a path of keys; lists are stepped into without a key. */
export function nodesAt(schema: JsonSchema, path: readonly string[]): readonly Node[] {
  let nodes = unfold(schema, schema);
  for (const key of path) nodes = nodes.flatMap((node) => below(schema, node, key));
  return nodes;
}

function below(schema: Node, node: Node, key: string): readonly Node[] {
  const properties = isNode(node.properties) ? node.properties : {};
  const next = properties[key] ?? node.additionalProperties;
  return isNode(next) ? unfold(schema, next) : [];
}

/** A node with references, alternatives and items of lists in its place. */
function unfold(schema: Node, node: Node, depth = 0): readonly Node[] {
  if (depth > 12) return [];
  const into = (one: unknown): readonly Node[] => (isNode(one) ? unfold(schema, one, depth + 1) : []);
  if (typeof node.$ref === 'string') {
    const target = node.$ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, part) => (isNode(at) ? at[part] : undefined), schema);
    return into(target);
  }
  const others = [...listOf(node.anyOf), ...listOf(node.oneOf), ...listOf(node.allOf)].flatMap(into);
  return [node, ...others, ...into(node.items)];
}

/** The keys that may be written there. */
export function keysOf(nodes: readonly Node[]): readonly Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const { properties } of nodes) {
    for (const [label, one] of Object.entries(isNode(properties) ? properties : {})) {
      const detail = isNode(one) && typeof one.description === 'string' ? one.description : undefined;
      if (!found.has(label)) found.set(label, detail === undefined ? { label } : { label, detail });
    }
  }
  return [...found.values()];
}

/** The values that the schema names. */
export function valuesOf(nodes: readonly Node[]): readonly Suggestion[] {
  const values = nodes.flatMap((node) => [
    ...listOf(node.enum),
    ...('const' in node ? [node.const] : []),
    ...(node.type === 'boolean' ? [true, false] : []),
  ]);
  return [...new Set(values.filter((one) => one !== null).map(String))].map((label) => ({ label }));
}
