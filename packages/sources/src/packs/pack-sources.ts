import { fileURLToPath } from 'node:url';
import type { GitAuth } from '@millrace/definition';
import type { RepositoryCache } from '../git/repository-cache.ts';

/** What packs are fetched with. `git` null: packs from Git cannot be had. */
export type PackSources = Readonly<{
  git: Readonly<{
    repositories: RepositoryCache;
    credentials: readonly Readonly<{ url: string; auth: GitAuth }>[];
  }> | null;
}>;

export const noPackSources: PackSources = { git: null };

/** The pack that comes with Millrace: there without being declared. */
export const builtinPack = 'core';
export const builtinPackFolder = fileURLToPath(new URL('../../../../packs/core', import.meta.url));
