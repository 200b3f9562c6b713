import { join } from 'node:path';
import { isCommit, type LockedPack, type PackDeclaration, type PackPlace } from '@millrace/definition';
import type { StoredDiagnostic } from '@millrace/engine';
import type { WorkspaceLimits } from '../files/workspace-limits.ts';
import { credentialsFor } from '../git/git-access.ts';
import { GitFailure } from '../git/git-failure.ts';
import type { PackSources } from './pack-sources.ts';

type GitPlace = Extract<PackPlace, { kind: 'git' }>;

export type FoundGitPack = Readonly<{
  folder: string;
  commit: string;
  /** The lock that it was found by. */
  lock: LockedPack | null;
  /** Whether the same declaration gives the same pack tomorrow. */
  pinned: boolean;
  diagnostics: readonly StoredDiagnostic[];
}>;

/**
 * Finds a pack from Git: the commit that it is locked to, else what its reference means now. Its files are fetched once for
 * each commit, for everybody. Throws a `GitFailure`.
 */
export async function findGitPack(
  use: PackDeclaration,
  place: GitPlace,
  { git }: PackSources,
  options: Readonly<{ lock: LockedPack | null; limits: WorkspaceLimits }>,
): Promise<FoundGitPack> {
  if (git === null) {
    throw new GitFailure('git_unsafe', `The pack ${use.name} is in Git, which is not asked here.`, 'Use a folder.');
  }
  const { url, ref, path } = place;
  const { repositories, credentials } = git;
  const repository = repositories.repository(url, credentialsFor(url, credentials));
  const diagnostics: StoredDiagnostic[] = [];
  const fits =
    options.lock !== null && options.lock.url === url && options.lock.ref === ref && options.lock.path === path;
  const lock = fits ? options.lock : null;
  if (options.lock !== null && !fits) {
    const message = `Pack ${use.name} is locked to another place than it is declared from, so the lock does not count.`;
    diagnostics.push(problem(use, 'lock_outdated', message, `Run \`millrace pack lock\` and commit the file.`));
  }
  let commit = lock?.commit ?? (ref !== null && isCommit(ref) ? ref : null);
  const pinned = commit !== null;
  if (commit === null) {
    const resolved = await repositories.resolveLately(repository, ref);
    if (resolved.floating) {
      const message = `Pack ${use.name} follows the branch ${ref ?? '(default)'}: it changes whenever somebody pushes there.`;
      diagnostics.push(
        problem(use, 'floating_pack', message, 'Name a tag or commit as `ref`, or run `millrace pack lock`.'),
      );
    }
    commit = resolved.commit;
  }
  const wanted = { ref: pinned ? commit : (ref ?? 'HEAD'), commit, floating: false };
  const folder = await repositories.kept(`${url} ${commit} ${path}`, async (into) => {
    const fetched = await repository.fetch(pinned ? wanted : await repository.resolve(ref));
    const found = await repository.checkout({
      commit: fetched,
      path,
      into: join(into, 'files'),
      limits: options.limits,
    });
    const error = found.find(({ severity }) => severity === 'error');
    if (error !== undefined) throw new GitFailure('git_failed', `${url}: ${error.message}`, error.hint ?? '');
  });
  return { folder: join(folder, 'files'), commit, lock, pinned, diagnostics };
}

function problem(use: PackDeclaration, code: string, message: string, hint: string): StoredDiagnostic {
  return { severity: 'warning', code, message, hint, ...use.at };
}
