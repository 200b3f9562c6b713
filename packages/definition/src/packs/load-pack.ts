import type { Definitions, Place } from '@millrace/core';
import { checkWorkspace } from '../checks/check-workspace.ts';
import { gather } from '../checks/gather.ts';
import type { KnownPacks, Loaded, Target } from '../checks/loaded.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { hookNames } from '../grammar/hooks.ts';
import { createOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { placeOfKey, type SourceNode } from '../yaml/source-node.ts';
import type { ResolvedPack } from './pack.ts';
import { qualify } from './qualify.ts';

/** A pack, loaded: its definitions under their outer names, and what others can call of it. */
export type LoadedPack = Readonly<{ definitions: Definitions; targets: readonly (readonly [string, Target])[] }>;

const foreignSections: readonly string[] = [
  'triggers',
  'packs',
  'secrets',
  'connection_types',
  'connections',
  ...hookNames,
];

/** Loads and checks a pack among those that it depends on. null: it has an error, which is told. */
export function loadPack(
  pack: ResolvedPack,
  known: KnownPacks,
  definitionsOf: (loaded: Loaded, expressions: ReadonlyMap<string, Place>) => Definitions,
  report: Report,
): LoadedPack | null {
  let failed = false;
  const watch: Report = (problem) => {
    failed = true;
    report(problem);
  };
  const roots: SourceNode[] = [];
  let incomplete = false;
  for (const { path, text } of pack.files) {
    const { root, broken } = parseFile(createOrigin(path, text), watch);
    incomplete ||= broken;
    if (root !== null) roots.push(withoutForeign(root, watch));
  }
  const { manifest, config } = pack;
  const reachable = new Set(manifest.dependencies.map(({ name }) => name));
  const loaded = gather(roots, incomplete, watch, {
    packs: { ...known, names: new Set([...known.names].filter((name) => reachable.has(name))) },
    config: Object.keys(manifest.config),
  });
  const expressions = checkWorkspace(loaded, report);
  if (failed) return null;
  const definitions = qualify(definitionsOf(loaded, expressions), manifest.name, config);
  return { definitions, targets: targetsOf(loaded, definitions, manifest.name) };
}

/** A pack only offers: what starts runs or belongs to a whole workspace is the workspace's. */
function withoutForeign(root: SourceNode, report: Report): SourceNode {
  if (root.kind !== 'map') return root;
  const foreign = [...root.entries.keys()].filter((key) => foreignSections.includes(key));
  for (const key of foreign) {
    report({
      code: 'misplaced_key',
      message: `A pack defines actions and workflows; the section \`${key}\` belongs to workspaces.`,
      hint:
        key === 'packs' ? 'Write them as `dependencies` in pack.yaml.' : 'Move it to the workspaces that use the pack.',
      at: placeOfKey(root, key),
    });
  }
  return { ...root, entries: new Map([...root.entries].filter(([key]) => !foreign.includes(key))) };
}

function targetsOf(loaded: Loaded, definitions: Definitions, pack: string): (readonly [string, Target])[] {
  const actions = [...loaded.actions].map(([name, action]): readonly [string, Target] => {
    const definition = definitions.actions[`${pack}.${name}`] ?? null;
    return [`${pack}.${name}`, { kind: 'action', action: { ...action, definition } }];
  });
  const workflows = [...loaded.workflows].map(([name, workflow]): readonly [string, Target] => [
    `${pack}.${name}`,
    { kind: 'workflow', workflow },
  ]);
  return [...workflows, ...actions];
}
