import type { Place } from '@millrace/core';
import { createDiagnosticList, type Diagnostic, type Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import type { SourceFile } from '../load-definitions.ts';
import { describeValue } from '../values/describe-value.ts';
import { isReservedName, namePattern } from '../values/names.ts';
import { createOrigin, placeAt } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { mapAt, placeOf, placeOfKey, type SourceNode, toJson } from '../yaml/source-node.ts';
import { packUse } from './grammar.ts';
import type { PackDeclaration, PackPlace } from './pack.ts';

/**
 * The packs that the files of a workspace declare, each once. It comes before loading the definitions, since what a pack
 * holds must be known for that; so only what concerns packs is told here. Files merge by section.
 */
export function readPackUses(files: readonly SourceFile[]): Readonly<{
  uses: readonly PackDeclaration[];
  diagnostics: readonly Diagnostic[];
}> {
  const list = createDiagnosticList();
  const uses = new Map<string, PackDeclaration>();
  for (const { path, text } of files) {
    // Nearly every file declares none, and reading YAML is most of the work of a load.
    if (!text.includes('packs')) continue;
    // What is wrong with the file as such is told when its definitions are loaded.
    const { root } = parseFile(createOrigin(path, text), () => undefined);
    const section = root?.kind === 'map' ? root.entries.get('packs')?.value : undefined;
    if (section === undefined || (section.kind === 'scalar' && section.value === null)) continue;
    for (const use of usesOf(section, list.report)) {
      const earlier = uses.get(use.name);
      if (earlier === undefined) uses.set(use.name, use);
      else {
        const { file, line, column } = earlier.at;
        const message = `The pack \`${use.name}\` is declared twice: here and at ${file}:${line}:${column}.`;
        list.report({ code: 'duplicate_name', message, hint: 'Remove one of them.', at: use.at });
      }
    }
  }
  return { uses: [...uses.values()], diagnostics: list.sorted() };
}

/** The entries of a map of packs. */
export function usesOf(node: SourceNode, report: Report): readonly PackDeclaration[] {
  if (node.kind !== 'map') {
    const message = `The packs must be a map of names; got ${describeValue(toJson(node))}.`;
    const hint = 'Write one name each, below it `git: …` and `ref: …`, or `folder: …`.';
    report({ code: 'not_a_map', message, hint, at: placeOf(node) });
    return [];
  }
  return [...node.entries.values()].flatMap(({ key, keyStart, value }) => {
    const at = placeAt(node.origin, keyStart);
    if (!namePattern.test(key) || isReservedName(key)) {
      const message = `\`${key.slice(0, 80)}\` cannot be the name of a pack.`;
      report({ code: 'invalid_name', message, hint: 'Names have letters, digits, `_` and `-`.', at });
      return [];
    }
    const use = useOf(key, at, value, report);
    return use === null ? [] : [use];
  });
}

function useOf(name: string, at: Place, node: SourceNode, report: Report): PackDeclaration | null {
  const written = readNode(packUse, node, { name: `Pack \`${name}\``, at, noun: 'pack' }, report);
  if (written === null) return null;
  const { git, ref, path, folder, config } = written;
  if (git === undefined && (ref !== undefined || path !== undefined) && node.kind === 'map') {
    const key = ref === undefined ? 'path' : 'ref';
    const message = `Pack \`${name}\`: \`${key}\` belongs to packs from Git.`;
    report({
      code: 'misplaced_key',
      message,
      hint: `Remove \`${key}\`, or add \`git: …\`.`,
      at: placeOfKey(node, key),
    });
    return null;
  }
  const trimmed = (text: string): string => text.replaceAll(/^(?:\.\/)+|^\.$|\/+$/g, '');
  const place: PackPlace =
    git !== undefined
      ? { kind: 'git', url: git, ref: ref ?? null, path: trimmed(path ?? '') }
      : folder !== undefined
        ? { kind: 'folder', path: trimmed(folder) }
        : { kind: 'builtin' };
  const map = mapAt(node, 'config');
  const configAt = (key: string): Place =>
    map === undefined ? at : map.entries.has(key) ? placeOfKey(map, key) : placeOf(map);
  return { name, at, place, config: config ?? {}, configAt };
}
