// What only the worker of an attempt may know. Texts that read `secrets` or `connections` are never rendered by the engine:
// its rows, logs and answers have them as they are written.
import { ExpressionError, parseTemplate, readsOf } from '@millrace/expression';
import type { Json } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';

/** A path that an expression reads: `['secrets', 'token']`. */
export type ReadPath = readonly (string | number)[];

/** A text that reads something secret: where it stands, and all that it reads. */
export type SealedText = Readonly<{ pointer: string; reads: readonly ReadPath[] }>;

/** Whether a read gives something that only workers may know; `config` has pointers to such texts of a pack's configuration. */
export function isSecretRead(path: ReadPath, config: readonly string[] = []): boolean {
  const [root] = path;
  return root === 'secrets' || root === 'connections' || config.some((pointer) => readsConfig(path, pointer));
}

/** Whether a read of `config` gives the text at a pointer into it, or something that holds it. */
export function readsConfig([root, ...rest]: ReadPath, pointer: string): boolean {
  return root === 'config' && `${pointer}/`.startsWith(`${rest.reduce<string>(pointerTo, '')}/`);
}

/** The texts of a value that read something secret. What does not parse is none: whoever renders it says so. */
export function findSealed(value: Json, config: readonly string[] = []): readonly SealedText[] {
  const found: SealedText[] = [];
  collect(value, '', config, found);
  return found;
}

/** The names that stand right below a root among reads: those of secrets, or of connections. */
export function namesRead(reads: Iterable<ReadPath>, root: 'secrets' | 'connections'): readonly string[] {
  const names = new Set<string>();
  for (const [first, name] of reads) if (first === root && typeof name === 'string') names.add(name);
  return [...names].sort();
}

function collect(value: Json, pointer: string, config: readonly string[], found: SealedText[]): void {
  if (typeof value === 'string') {
    const reads = mayReadSecrets(value, config) ? readsOfText(value) : [];
    if (reads.some((path) => isSecretRead(path, config))) found.push({ pointer, reads });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item as Json, pointerTo(pointer, index), config, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) collect(field as Json, pointerTo(pointer, key), config, found);
  }
}

/** Spares all other texts the parsing. */
function mayReadSecrets(text: string, config: readonly string[]): boolean {
  if (!text.includes('{')) return false;
  return text.includes('secrets') || text.includes('connections') || (config.length > 0 && text.includes('config'));
}

function readsOfText(text: string): readonly ReadPath[] {
  try {
    return readsOf(parseTemplate(text)).map(({ path }) => path);
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
