// From the packs that a workspace declares to everything that loading its definitions needs: each pack is found (built in,
// folder, Git), read, checked against its lock, its configuration checked by its own schema, and so are the packs that it
// depends on, which stand before it. What a workspace declares itself wins over what its packs ask for.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkInput, type JsonObject } from '@millrace/core';
import {
  type LockedPack,
  loadPackLock,
  lockFileName,
  type PackDeclaration,
  type PackManifest,
  type Packs,
  type ResolvedPack,
  type SourceFile,
} from '@millrace/definition';
import type { StoredDiagnostic } from '@millrace/engine';
import type { ContentCache } from '../files/content-cache.ts';
import type { PackedFile } from '../files/pack-files.ts';
import { isInside, readInside } from '../files/read-inside.ts';
import type { WorkspaceLimits } from '../files/workspace-limits.ts';
import { GitFailure } from '../git/git-failure.ts';
import { type FoundGitPack, findGitPack } from './find-git-pack.ts';
import type { FollowedPack } from './followed-packs.ts';
import { builtinPack, builtinPackFolder, type PackSources } from './pack-sources.ts';
import { type PackContent, readPack } from './read-pack.ts';

/** A pack of a workspace, as people ask about it. */
export type FoundPack = Readonly<{
  use: PackDeclaration;
  manifest: PackManifest;
  hash: string;
  files: readonly PackedFile[];
  definitions: readonly SourceFile[];
  /** What a lock file would say; null: it is not from Git. */
  lock: LockedPack | null;
  locked: boolean;
  /** Whether the workspace's own files determine it: built in, in the workspace, or pinned. */
  pinned: boolean;
}>;

export type FoundPacks = Readonly<{
  packs: Packs;
  found: readonly FoundPack[];
  diagnostics: readonly StoredDiagnostic[];
  /** What has to be looked at again, since it may change while the workspace's own files do not. */
  followed: readonly FollowedPack[];
}>;

export type PackRequest = Readonly<{
  /** The workspace's folder. */
  root: string;
  uses: readonly PackDeclaration[];
  sources: PackSources;
  limits: WorkspaceLimits;
  cache: ContentCache;
  /** Whether the built-in pack is there without being declared. Default: yes. */
  implicit?: boolean;
  /** Names whose locks do not count, for `pack update`; null: all locks count. */
  unlock?: 'all' | ReadonlySet<string>;
}>;

export async function resolvePacks(request: PackRequest): Promise<FoundPacks> {
  const text = await readInside(request.root, lockFileName);
  const lock = text === null ? { locked: [], diagnostics: [] } : loadPackLock({ path: lockFileName, text });
  const diagnostics: StoredDiagnostic[] = [...lock.diagnostics];
  const unlock = request.unlock ?? new Set<string>();
  const locks = new Map(
    lock.locked.filter(({ name }) => unlock !== 'all' && !unlock.has(name)).map((one) => [one.name, one]),
  );
  const declared = new Map(request.uses.map((use) => [use.name, use]));
  const resolved: ResolvedPack[] = [];
  const found: FoundPack[] = [];
  const missing: string[] = [];
  const followed: FollowedPack[] = [];
  const state = new Map<string, 'open' | 'done'>();

  async function visit(use: PackDeclaration, folder: string, shown: string): Promise<void> {
    const { name } = use;
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      const message = `Pack ${name} depends on itself, through others or directly.`;
      diagnostics.push(errorAt(use, 'pack_cycle', message, 'Take one of the dependencies out.'));
      return;
    }
    state.set(name, 'open');
    const pack = await obtain(use, folder, shown);
    const config = pack === null ? null : checkConfig(use, pack.content.manifest, diagnostics);
    const manifest = pack?.content.manifest ?? null;
    if (pack === null || manifest === null || config === null) missing.push(name);
    else {
      for (const dependency of manifest.dependencies) {
        const own = declared.get(dependency.name);
        if (own === undefined) await visit(dependency, pack.folder, pack.shown);
        else await visit(own, request.root, '');
      }
      resolved.push({ manifest, files: pack.content.definitions, config });
      found.push(foundPack(use, manifest, pack));
    }
    state.set(name, 'done');
  }

  async function obtain(use: PackDeclaration, base: string, shown: string): Promise<Obtained | null> {
    const { name, place } = use;
    try {
      switch (place.kind) {
        case 'builtin': {
          if (name === builtinPack) return await open(use, builtinPackFolder, name, null);
          const message = `No pack ${name} comes with Millrace.`;
          diagnostics.push(errorAt(use, 'unknown_pack', message, `There is one: ${builtinPack}.`));
          return null;
        }
        case 'folder': {
          const folder = join(base, place.path);
          if (await isInside(base, folder)) return await open(use, folder, join(shown, place.path), null);
          const message = `There is no folder ${place.path} for the pack ${name}.`;
          diagnostics.push(
            errorAt(use, 'no_pack', message, 'The path counts from the folder of whoever declares the pack.'),
          );
          return null;
        }
        case 'git': {
          const { sources, limits } = request;
          const git = await findGitPack(use, place, sources, { lock: locks.get(name) ?? null, limits });
          diagnostics.push(...git.diagnostics);
          if (!git.pinned) followed.push({ url: place.url, ref: place.ref, commit: git.commit });
          return await open(use, git.folder, `${name}@${place.ref ?? git.commit.slice(0, 12)}`, git);
        }
      }
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      if (place.kind === 'git') followed.push({ url: place.url, ref: place.ref, commit: null });
      diagnostics.push(errorAt(use, error.kind, `Pack ${name}: ${error.message}`, error.hint));
      return null;
    }
  }

  async function open(
    use: PackDeclaration,
    folder: string,
    shown: string,
    git: FoundGitPack | null,
  ): Promise<Obtained | null> {
    const content = await readPack(use.name, folder, shown, request);
    diagnostics.push(...content.diagnostics);
    const { manifest, hash } = content;
    if (manifest === null || content.diagnostics.some(({ severity }) => severity === 'error')) return null;
    if (manifest.name !== use.name) {
      const message = `The pack that is declared as ${use.name} calls itself ${manifest.name}.`;
      diagnostics.push(errorAt(use, 'pack_name', message, `Declare it as \`${manifest.name}\`.`));
      return null;
    }
    if (git?.lock !== null && git !== null && git.lock?.hash !== hash) {
      const message = `Pack ${use.name} holds something else than it did when it was locked, at the same commit.`;
      diagnostics.push(errorAt(use, 'pack_changed', message, 'Find out why; then run `millrace pack update`.'));
      return null;
    }
    return { folder, shown, content, git };
  }

  for (const use of request.uses) await visit(use, request.root, '');
  if (request.implicit !== false && !declared.has(builtinPack)) await visit(implicitUse, request.root, '');
  return { packs: { resolved, missing }, found, diagnostics, followed };
}

type Obtained = Readonly<{ folder: string; shown: string; content: PackContent; git: FoundGitPack | null }>;

const nowhere = { file: '', line: 1, column: 1 };
const implicitUse: PackDeclaration = {
  name: builtinPack,
  at: nowhere,
  place: { kind: 'builtin' },
  config: {},
  configAt: () => nowhere,
};

function foundPack(use: PackDeclaration, manifest: PackManifest, { content, git }: Obtained): FoundPack {
  const { name, place } = use;
  const lock =
    git === null || place.kind !== 'git'
      ? null
      : {
          name,
          url: place.url,
          ref: place.ref,
          path: place.path,
          version: manifest.version,
          commit: git.commit,
          hash: content.hash,
        };
  const { hash, files, definitions } = content;
  return {
    use,
    manifest,
    hash,
    files,
    definitions,
    lock,
    locked: git?.lock != null,
    pinned: git === null || git.pinned,
  };
}

/** The configuration with defaults; null: it is wrong, which is told at its place. */
function checkConfig(
  use: PackDeclaration,
  manifest: PackManifest | null,
  diagnostics: StoredDiagnostic[],
): JsonObject | null {
  if (manifest === null) return null;
  const checked = checkInput({ kind: 'flat', fields: manifest.config }, use.config);
  if (checked.ok) return checked.value;
  for (const { path, message } of checked.problems) {
    const place = use.configAt(path.split('/')[1] ?? '');
    const told = message
      .replace(/^The input/, `The configuration of the pack ${use.name}`)
      .replaceAll('input', 'config');
    const hint = `What it takes: ${Object.keys(manifest.config).join(', ') || 'nothing'}.`;
    diagnostics.push({ severity: 'error', code: 'invalid_config', message: told, hint, ...place });
  }
  return null;
}

function errorAt(use: PackDeclaration, code: string, message: string, hint: string): StoredDiagnostic {
  return { severity: 'error', code, message, hint, ...use.at };
}

/** Of packs that are part of some definitions: their hash together, and whether the workspace's own files determine them. */
export function usedPacks(found: readonly FoundPack[], names: ReadonlySet<string>) {
  const used = found.filter(({ manifest }) => names.has(manifest.name));
  const digest = createHash('sha256');
  for (const { manifest, hash } of used) digest.update(`${manifest.name} ${hash}\n`);
  return {
    used,
    hash: used.length === 0 ? null : digest.digest('hex'),
    pinned: used.every(({ pinned }) => pinned),
    files: used.flatMap(({ files }) => files),
  };
}
