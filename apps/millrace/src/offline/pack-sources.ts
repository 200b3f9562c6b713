import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultGitSchemes, type ServerConfig } from '@millrace/definition';
import { createRepositoryCache, type PackSources, type RepositoryCache } from '@millrace/sources';

export type OpenPackSources = PackSources & Readonly<{ close(): void }>;

/**
 * Where a command finds packs from Git: what was fetched once is kept in the user's cache. Nothing is made or asked before a
 * workspace declares such a pack.
 */
export function openPackSources(git: ServerConfig['git'] | null = null): OpenPackSources {
  let opened: Readonly<{ repositories: RepositoryCache; folder: string }> | null = null;
  const open = (): RepositoryCache => {
    if (opened !== null) return opened.repositories;
    const folder = mkdtempSync(join(tmpdir(), 'millrace-git-'));
    const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
    const repositories = createRepositoryCache({
      folder,
      keptFolder: join(cache, 'millrace', 'packs'),
      schemes: git?.schemes ?? defaultGitSchemes,
    });
    opened = { repositories, folder };
    return repositories;
  };
  return {
    git: {
      get repositories() {
        return open();
      },
      credentials: git?.credentials ?? [],
    },
    close() {
      if (opened === null) return;
      opened.repositories.close();
      rmSync(opened.folder, { recursive: true, force: true });
      opened = null;
    },
  };
}
