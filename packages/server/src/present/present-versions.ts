import { isoTime, type WorkflowVersion } from '@millrace/api';
import type { WorkflowAtRevision } from '@millrace/engine';

/** Revisions that follow each other with the same plan are one version. Newest first, as they come. */
export function presentVersions(history: readonly WorkflowAtRevision[], live: string | null): WorkflowVersion[] {
  const versions: WorkflowVersion[] = [];
  for (const { revision, plan, liveSince } of history) {
    const last = versions.at(-1);
    const first = { plan, revision, since: isoTime(liveSince) };
    if (last?.plan === plan)
      versions[versions.length - 1] = { ...last, ...first, live: last.live || revision === live };
    else versions.push({ ...first, last_revision: revision, live: revision === live });
  }
  return versions;
}
