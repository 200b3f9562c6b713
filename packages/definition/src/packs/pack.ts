import type { JsonObject, Parameter, Place } from '@millrace/core';
import type { SourceFile } from '../load-definitions.ts';

/** Where a pack comes from. */
export type PackPlace =
  | Readonly<{ kind: 'builtin' }>
  /** From the folder of whoever declares it. */
  | Readonly<{ kind: 'folder'; path: string }>
  /** `ref` null: the default branch. `path`: the pack's folder within the repository, '' for the whole of it. */
  | Readonly<{ kind: 'git'; url: string; ref: string | null; path: string }>;

/** That a workspace (or another pack) uses a pack. */
export type PackDeclaration = Readonly<{
  name: string;
  /** Where its name stands. */
  at: Place;
  place: PackPlace;
  /** As written. */
  config: JsonObject;
  /** Where a key of the configuration stands, or the whole of it. */
  configAt: (key: string) => Place;
}>;

/** What `pack.yaml` says. */
export type PackManifest = Readonly<{
  name: string;
  version: string;
  description: string | null;
  /** What workspaces may configure. */
  config: Readonly<Record<string, Parameter>>;
  dependencies: readonly PackDeclaration[];
}>;

/** A pack with everything that its definitions need. Packs that it depends on stand before it in a list. */
export type ResolvedPack = Readonly<{
  manifest: PackManifest;
  /** Its definition files, with paths that tell which pack they are of. */
  files: readonly SourceFile[];
  /** Checked, with defaults filled in. */
  config: JsonObject;
}>;

/** Packs for `loadDefinitions`. `missing`: declared, but they could not be had, which is told elsewhere. */
export type Packs = Readonly<{ resolved: readonly ResolvedPack[]; missing: readonly string[] }>;

export const noPacks: Packs = { resolved: [], missing: [] };
