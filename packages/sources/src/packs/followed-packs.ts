import { credentialsFor } from '../git/git-access.ts';
import { GitFailure } from '../git/git-failure.ts';
import type { PackSources } from './pack-sources.ts';

/** How often packs of a workspace are looked at that has no time of its own for looks. */
export const packPollMs = 60_000;

/** A reference that decided which files a pack has, outside of the workspace's own: a branch or tag that is not locked. */
export type FollowedPack = Readonly<{
  url: string;
  ref: string | null;
  /** What it meant when the workspace was loaded; null: it could not be had. */
  commit: string | null;
}>;

/**
 * Whether one of them means something else by now, or can be had again. What was asked within the last `maxAgeMs`
 * milliseconds is not asked again. A repository that is away says nothing.
 */
export async function havePacksMoved(
  followed: readonly FollowedPack[],
  { git }: PackSources,
  maxAgeMs: number,
): Promise<boolean> {
  if (git === null) return false;
  const { repositories, credentials } = git;
  const moved = await Promise.all(
    followed.map(async ({ url, ref, commit }) => {
      const repository = repositories.repository(url, credentialsFor(url, credentials));
      try {
        return (await repositories.resolveLately(repository, ref, maxAgeMs)).commit !== commit;
      } catch (error) {
        if (error instanceof GitFailure) return false;
        throw error;
      }
    }),
  );
  return moved.includes(true);
}
