import type { z } from 'zod';

/** The keys that a schema knows for the map at a path: what "did you mean" may propose there. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const keys = new Set<string>();
  for (const found of schemasAt(schema, path)) {
    if (found._zod.def.type === 'object') for (const key of Object.keys(shapeOf(found))) keys.add(key);
  }
  return [...keys];
}

function shapeOf(schema: z.core.$ZodType): z.core.$ZodShape {
  return (schema as z.core.$ZodObject)._zod.def.shape;
}

/** All schemas that may stand at a path, through wrappers and every member of a union. */
function schemasAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType[] {
  const { def } = schema._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
      return schemasAt((schema as z.core.$ZodOptional)._zod.def.innerType, path);
    case 'lazy':
      return schemasAt((schema as z.core.$ZodLazy)._zod.def.getter(), path);
    case 'union':
      return (schema as z.core.$ZodUnion)._zod.def.options.flatMap((option) => schemasAt(option, path));
  }
  const [first, ...rest] = path;
  if (first === undefined) return [schema];
  switch (def.type) {
    case 'object': {
      const shape = shapeOf(schema);
      const key = String(first);
      const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
      return inner === undefined ? [] : schemasAt(inner, rest);
    }
    case 'record':
      return schemasAt((schema as z.core.$ZodRecord)._zod.def.valueType, rest);
    case 'array':
      return schemasAt((schema as z.core.$ZodArray)._zod.def.element, rest);
    default:
      return [];
  }
}
