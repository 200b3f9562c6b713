import { createHash } from 'node:crypto';
import type { Definitions, Json } from '@millrace/core';
import {
  loadDefinitions,
  loadPackManifest,
  type PackDeclaration,
  type PackManifest,
  readPackUses,
} from '@millrace/definition';
import type { StoredDiagnostic } from '@millrace/engine';
import { type ContentCache, createContentCache } from '../files/content-cache.ts';
import { readInside } from '../files/read-inside.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import type { FollowedPack } from '../packs/followed-packs.ts';
import { builtinPack, noPackSources, type PackSources } from '../packs/pack-sources.ts';
import { manifestFile } from '../packs/read-pack.ts';
import { type FoundPack, type PackRequest, resolvePacks, usedPacks } from '../packs/resolve-packs.ts';
import { readDefinitionFiles } from './definition-files.ts';
import type { WorkspaceLocation } from './locate-workspace.ts';

/** What the YAML files of a workspace say. */
export type LoadedWorkspace = Readonly<{
  /** null when `diagnostics` hold an error. */
  definitions: Definitions | null;
  diagnostics: readonly StoredDiagnostic[];
  /** The texts that were read, for showing a diagnostic's line. */
  sources: readonly Readonly<{ path: string; text: string }>[];
  /** SHA-256 over the names and contents of the definition files, and the packs that are used. */
  hash: string;
  /** The packs that the definitions use. */
  packs: ReturnType<typeof usedPacks>;
  /** All packs that were declared and found, and the one that is built in. */
  foundPacks: readonly FoundPack[];
  /** References of packs that may mean something else tomorrow. */
  followedPacks: readonly FollowedPack[];
  /** The folder is not a workspace but this pack. */
  pack: PackManifest | null;
}>;

export type LoadOptions = Readonly<{
  limits?: Partial<WorkspaceLimits>;
  cache?: ContentCache;
  packs?: PackSources;
  /** A text that is looked at in the place of what the file holds; the file may be new. */
  draft?: Readonly<{ path: string; text: string }>;
  unlock?: NonNullable<PackRequest['unlock']>;
  /**
   * The built-in pack is read only when something of it may be used, and is not among `foundPacks` else. Everything else
   * is as it is without.
   */
  sparing?: boolean;
}>;

/** Reads and checks all definitions. Never throws for what is wrong with files: that is told as diagnostics. */
export async function loadWorkspace(location: WorkspaceLocation, options: LoadOptions = {}): Promise<LoadedWorkspace> {
  const limits = { ...defaultLimits, ...options.limits };
  const cache = options.cache ?? createContentCache();
  const manifest = location.onlyFile === null ? await readInside(location.root, manifestFile) : null;
  if (manifest !== null) return await loadPackAlone(location, { ...options, limits, cache });
  const { sources: written, diagnostics, hash } = await readDefinitionFiles(location, limits, cache);
  const sources = options.draft === undefined ? written : withDraft(written, options.draft);
  const { uses, diagnostics: wrongUses } = readPackUses(sources);
  const request = { root: location.root, uses, sources: options.packs ?? noPackSources, limits, cache };
  const load = async (implicit: boolean) => {
    const { unlock } = options;
    const packs = await resolvePacks({ ...request, implicit, ...(unlock === undefined ? {} : { unlock }) });
    const loaded = loadDefinitions(sources, packs.packs);
    return { packs, loaded, all: [...diagnostics, ...wrongUses, ...packs.diagnostics, ...loaded.diagnostics] };
  };
  // Whoever uses the built-in pack without naming it here, by a pack of theirs or in another spelling, uses what is not there:
  // a problem, as is a mistaken name, for which something of the pack may be meant.
  const canDoWithout = options.sparing === true && !sources.some(({ text }) => text.includes(`${builtinPack}.`));
  const without = canDoWithout ? await load(false) : null;
  const { packs, loaded, all } = without?.all.length === 0 ? without : await load(true);
  const failed = all.some((diagnostic) => diagnostic.severity === 'error');
  const definitions = failed ? null : loaded.definitions;
  const used = usedPacks(packs.found, packNamesIn(definitions));
  const whole = used.hash === null ? hash : createHash('sha256').update(`${hash} ${used.hash}`).digest('hex');
  const { found: foundPacks, followed: followedPacks } = packs;
  return { definitions, diagnostics: all, sources, hash: whole, packs: used, foundPacks, followedPacks, pack: null };
}

/** In the order of paths, as files are read. */
function withDraft(
  sources: LoadedWorkspace['sources'],
  draft: NonNullable<LoadOptions['draft']>,
): LoadedWorkspace['sources'] {
  const others = sources.filter(({ path }) => path !== draft.path);
  const at = others.findIndex(({ path }) => path > draft.path);
  return at < 0 ? [...others, draft] : others.toSpliced(at, 0, draft);
}

/** A folder that is a pack is checked as one: it has no definitions of its own, but they must hold together. */
async function loadPackAlone(
  { root }: WorkspaceLocation,
  { limits, cache, packs = noPackSources }: Required<Pick<PackRequest, 'limits' | 'cache'>> & LoadOptions,
): Promise<LoadedWorkspace> {
  const place = { file: manifestFile, line: 1, column: 1 };
  const text = (await readInside(root, manifestFile)) ?? '';
  const { manifest } = loadPackManifest({ path: manifestFile, text });
  const name = manifest?.name ?? 'pack';
  const required = Object.entries(manifest?.config ?? {}).filter(([, field]) => field.required === true);
  const use: PackDeclaration = {
    name,
    at: place,
    place: { kind: 'folder', path: '' },
    // What only a workspace can say is taken as said.
    config: Object.fromEntries(required.map(([key, field]) => [key, field.default ?? exampleOf(field)])),
    configAt: () => place,
  };
  const found = await resolvePacks({ root, uses: [use], sources: packs, limits, cache });
  const loaded = loadDefinitions([], found.packs);
  const diagnostics = [...found.diagnostics, ...loaded.diagnostics];
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  const sources = found.packs.resolved.find((pack) => pack.manifest.name === name)?.files ?? [];
  const used = usedPacks(found.found, new Set());
  const definitions = failed ? null : loaded.definitions;
  const { found: foundPacks, followed: followedPacks } = found;
  return { definitions, diagnostics, sources, hash: '', packs: used, foundPacks, followedPacks, pack: manifest };
}

/** The packs whose items are part of the definitions. */
function packNamesIn(definitions: Definitions | null): ReadonlySet<string> {
  const names = [...Object.keys(definitions?.actions ?? {}), ...Object.keys(definitions?.workflows ?? {})];
  return new Set(names.flatMap((name) => (name.includes('.') ? [name.slice(0, name.indexOf('.'))] : [])));
}

/** Any value of the type, to check the rest with. */
function exampleOf({ type, enum: choices, minimum }: PackManifest['config'][string]): Json {
  if (choices?.[0] !== undefined) return choices[0];
  if (type === 'integer' || type === 'number') return minimum ?? 0;
  if (type === 'boolean') return false;
  return type === 'array' ? [] : type === 'object' ? {} : type === 'duration' ? '1s' : 'x';
}
