import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitAuth, GitScheme } from '@millrace/definition';
import { createGitRepository, type GitRepository } from './git-repository.ts';

/** The copies of all repositories that this process reads, one for each address, whoever asks for it. */
export type RepositoryCache = Readonly<{
  repository(url: string, auth: GitAuth): GitRepository;
  /** An empty folder of one's own, until `remove`. */
  workFolder(): Promise<Readonly<{ path: string; remove(): Promise<void> }>>;
  /** Ends what Git is doing. */
  close(): void;
}>;

export type RepositoryCacheOptions = Readonly<{
  /** Where the copies are kept. One process at a time. */
  folder: string;
  schemes: readonly GitScheme[];
  /** How long Git may say nothing before it is given up; default one minute. */
  silenceMs?: number;
}>;

export function createRepositoryCache({
  folder,
  schemes,
  silenceMs = 60_000,
}: RepositoryCacheOptions): RepositoryCache {
  const repositories = new Map<string, GitRepository>();
  const closing = new AbortController();
  return {
    repository(url, auth) {
      const key = JSON.stringify([url, auth]);
      const known = repositories.get(key);
      if (known !== undefined) return known;
      const name = createHash('sha256').update(key).digest('hex').slice(0, 24);
      const opened = createGitRepository({
        url,
        auth,
        schemes,
        folder: join(folder, `${name}.git`),
        silenceMs,
        signal: closing.signal,
      });
      repositories.set(key, opened);
      return opened;
    },
    async workFolder() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = await mkdtemp(join(folder, 'tree-'));
      return { path, remove: () => rm(path, { recursive: true, force: true }) };
    },
    close: () => closing.abort(),
  };
}
