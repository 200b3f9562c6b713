import { type Definitions, type Hooks, hookFields, type Place, type WorkflowDefinition } from '@millrace/core';
import type { Named } from './build/named.ts';
import { withDefaults } from './checks/check-connections.ts';
import { checkWorkspace } from './checks/check-workspace.ts';
import { gather } from './checks/gather.ts';
import type { KnownPacks, Loaded, LoadedWorkflow, Target } from './checks/loaded.ts';
import { createDiagnosticList, type Diagnostic, type Report } from './diagnostics/diagnostic.ts';
import { fromStroem, isStroem } from './dialects/stroem/from-stroem.ts';
import { hookNames } from './grammar/hooks.ts';
import { addUsedPacks } from './packs/add-used-packs.ts';
import { loadPack } from './packs/load-pack.ts';
import { noPacks, type Packs } from './packs/pack.ts';
import { recordOf } from './values/record.ts';
import { createOrigin } from './yaml/origin.ts';
import { parseFile } from './yaml/parse-file.ts';
import { placeOfKey, type SourceNode } from './yaml/source-node.ts';

/** `path` counts from the workspace root: `.workflows/release.yaml`. */
export type SourceFile = Readonly<{ path: string; text: string }>;

export type LoadResult = Readonly<{
  /** null when any diagnostic is an error. */
  definitions: Definitions | null;
  /** Sorted by file, line and column. */
  diagnostics: readonly Diagnostic[];
}>;

/**
 * Loads the workflow files of one workspace. Pure: it never throws for anything that a file holds. Files merge by section
 * in the order of their paths; every problem of every file is reported, not only the first. Of the packs, those that are
 * used are part of the result, under their outer names.
 */
export function loadDefinitions(files: readonly SourceFile[], packs: Packs = noPacks): LoadResult {
  const list = createDiagnosticList();
  const roots: SourceNode[] = [];
  let incomplete = false;
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    const { root, broken } = parseFile(createOrigin(path, text), list.report);
    incomplete ||= broken;
    if (root !== null) roots.push(isStroem(root) ? fromStroem(root, list.report) : root);
  }
  const { known, definitions: ofPacks } = loadPacks(packs, list.report);
  const loaded = gather(roots, incomplete, list.report, { packs: known, config: null });
  const places = checkWorkspace(loaded, list.report);
  const diagnostics = list.sorted();
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  const definitions = failed ? null : addUsedPacks(definitionsOf(loaded, places), ofPacks);
  return { definitions, diagnostics };
}

function loadPacks(
  { resolved, missing }: Packs,
  report: Report,
): Readonly<{ known: KnownPacks; definitions: ReadonlyMap<string, Definitions> }> {
  const names = new Set(missing);
  const broken = new Set(missing);
  const targets = new Map<string, Target>();
  const definitions = new Map<string, Definitions>();
  for (const pack of resolved) {
    const { name } = pack.manifest;
    const loaded = loadPack(pack, { names, missing: broken, targets }, definitionsOf, report);
    names.add(name);
    if (loaded === null) broken.add(name);
    else {
      definitions.set(name, loaded.definitions);
      for (const [item, target] of loaded.targets) targets.set(item, target);
    }
  }
  return { known: { names, missing: broken, targets }, definitions };
}

function definitionsOf(loaded: Loaded, expressions: ReadonlyMap<string, Place>): Definitions {
  const places: [string, Place][] = [];
  for (const [section, entries] of [
    ['actions', loaded.actions],
    ['workflows', loaded.workflows],
    ['triggers', loaded.triggers],
    ['queues', loaded.queues],
    ['secrets', loaded.secrets],
    ['connection_types', loaded.connectionTypes],
    ['connections', loaded.connections],
  ] as const) {
    for (const named of entries.values()) places.push(...placesOf(named, `/${section}/${named.name}`));
  }
  for (const { name, steps } of loaded.workflows.values()) {
    for (const step of steps.values()) places.push(...placesOf(step, `/workflows/${name}/steps/${step.name}`));
  }
  places.push(...expressions);
  return {
    actions: recordOf(present([...loaded.actions], ({ definition }) => definition)),
    workflows: recordOf(present([...loaded.workflows], workflowOf)),
    triggers: recordOf(present([...loaded.triggers], ({ definition }) => definition)),
    ...section('queues', loaded.queues, ({ definition }) => definition),
    ...section('secrets', loaded.secrets, ({ definition }) => definition),
    ...section('connectionTypes', loaded.connectionTypes, ({ definition }) => definition),
    ...section('connections', loaded.connections, ({ definition }) =>
      definition === null ? null : withDefaults(loaded, definition),
    ),
    hooks: hooksOf(loaded),
    places: recordOf(places),
  };
}

/** Keys that stand for a whole feature: their places let the plan compiler point at what it cannot execute. */
const featureKeys = ['type', 'image', 'event', 'next', 'join', 'cache', 'mode', ...hookNames];

function placesOf({ at, node }: Named, pointer: string): readonly [string, Place][] {
  const keys = node.kind === 'map' ? featureKeys.filter((key) => node.entries.has(key)) : [];
  const features = keys.map((key): [string, Place] => [
    `${pointer}/${key}`,
    node.kind === 'map' ? placeOfKey(node, key) : at,
  ]);
  return [[pointer, at], ...features];
}

/** A section that is left out where the files have none. */
function section<Key extends string, From, To>(
  key: Key,
  entries: ReadonlyMap<string, From>,
  get: (from: From) => To | null,
): Readonly<Partial<Record<Key, Readonly<Record<string, To>>>>> {
  const own = entries.size === 0 ? {} : { [key]: recordOf(present([...entries], get)) };
  return own as Readonly<Partial<Record<Key, Readonly<Record<string, To>>>>>;
}

function present<From, To>(
  entries: readonly (readonly [string, From])[],
  get: (from: From) => To | null,
): [string, To][] {
  return entries.flatMap(([name, from]) => {
    const to = get(from);
    return to === null ? [] : [[name, to] as [string, To]];
  });
}

function workflowOf({ head, steps }: LoadedWorkflow): WorkflowDefinition | null {
  if (head === null) return null;
  const definitions = [...steps.values()].flatMap(({ definition }) => (definition === null ? [] : [definition]));
  return { ...head, steps: definitions };
}

function hooksOf(loaded: Loaded): Hooks {
  const of = (field: keyof Hooks) =>
    loaded.hooks.filter(({ event }) => hookFields[event] === field).map(({ call }) => call);
  return {
    onSuccess: of('onSuccess'),
    onFailure: of('onFailure'),
    onCancel: of('onCancel'),
    onSuspend: of('onSuspend'),
  };
}
