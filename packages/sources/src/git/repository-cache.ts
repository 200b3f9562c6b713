import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GitAuth, GitScheme } from '@millrace/definition';
import { createGitRepository, type GitRepository, type ResolvedRef } from './git-repository.ts';

const refMs = 60_000;

/** The copies of all repositories that this process reads, one for each address, whoever asks for it. */
export type RepositoryCache = Readonly<{
  repository(url: string, auth: GitAuth): GitRepository;
  /** An empty folder of one's own, until `remove`. */
  workFolder(): Promise<Readonly<{ path: string; remove(): Promise<void> }>>;
  /** What a reference means, as it was found within this time (default: a minute), or is asked for now. */
  resolveLately(repository: GitRepository, ref: string | null, maxAgeMs?: number): Promise<ResolvedRef>;
  /** A folder that is filled once for its name, and then kept for everybody; whole or not at all. */
  kept(name: string, fill: (into: string) => Promise<void>): Promise<string>;
  /** Forgets what references meant. */
  forgetRefs(): void;
  /** Ends what Git is doing. */
  close(): void;
}>;

export type RepositoryCacheOptions = Readonly<{
  /** Where the copies are kept. One process at a time. */
  folder: string;
  /** Where files of packs are kept, which several processes may share; default: in `folder`. */
  keptFolder?: string;
  schemes: readonly GitScheme[];
  /** How long Git may say nothing before it is given up; default one minute. */
  silenceMs?: number;
}>;

export function createRepositoryCache(options: RepositoryCacheOptions): RepositoryCache {
  const { folder, schemes, silenceMs = 60_000, keptFolder = join(folder, 'kept') } = options;
  const repositories = new Map<string, GitRepository>();
  const closing = new AbortController();
  const refs = new Map<string, Readonly<{ at: number; resolved: ResolvedRef }>>();
  const fillings = new Map<string, Promise<string>>();
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
    async resolveLately(repository, ref, maxAgeMs = refMs) {
      const key = JSON.stringify([repository.url, ref]);
      const known = refs.get(key);
      if (known !== undefined && performance.now() - known.at < maxAgeMs) return known.resolved;
      const resolved = await repository.resolve(ref);
      refs.set(key, { at: performance.now(), resolved });
      return resolved;
    },
    forgetRefs: () => refs.clear(),
    kept(name, fill) {
      const path = join(keptFolder, createHash('sha256').update(name).digest('hex').slice(0, 32));
      const filling = fillings.get(path) ?? fillOnce(path, fill).finally(() => fillings.delete(path));
      fillings.set(path, filling);
      return filling;
    },
    close: () => closing.abort(),
  };
}

/** Another process may do the same at the same time: the first one's folder stays. */
async function fillOnce(path: string, fill: (into: string) => Promise<void>): Promise<string> {
  if ((await stat(path).catch(() => null)) !== null) return path;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = await mkdtemp(`${path}.`);
  try {
    await fill(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if ((await stat(path).catch(() => null)) === null) throw error;
  }
  return path;
}
