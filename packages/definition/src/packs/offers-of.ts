import type { SourceFile } from '../load-definitions.ts';
import { createOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { mapAt } from '../yaml/source-node.ts';

/** The names that the files of a pack define, for showing them; whether they are right is told elsewhere. */
export function offersOf(
  files: readonly SourceFile[],
): Readonly<{ actions: readonly string[]; workflows: readonly string[] }> {
  const roots = files.flatMap(({ path, text }) => parseFile(createOrigin(path, text), () => undefined).root ?? []);
  const named = (section: string) => roots.flatMap((root) => [...(mapAt(root, section)?.entries.keys() ?? [])]).sort();
  return { actions: named('actions'), workflows: named('workflows') };
}
