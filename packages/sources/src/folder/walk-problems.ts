import type { StoredDiagnostic } from '@millrace/engine';
import { fileProblem } from '../files/diagnostic.ts';
import { ignoreFile } from '../files/ignore-rules.ts';
import type { Walk } from '../files/walk-folder.ts';

/** What a walk could not take with it. */
export function reportWalk(walk: Walk, diagnostics: StoredDiagnostic[]): void {
  for (const path of walk.unreadable) diagnostics.push(unreadable(path));
  const [first] = walk.skippedLinks;
  if (first === undefined) return;
  const more = walk.skippedLinks.length - 1;
  diagnostics.push(
    fileProblem(
      'warning',
      'link_left_out',
      first,
      `${first}${more > 0 ? ` and ${more} more` : ''}: a link to a folder, to nothing, or out of the workspace is not followed.`,
      'Links to files inside the workspace work. Copy what the link leads to, or ignore it.',
    ),
  );
}

export function unreadable(path: string): StoredDiagnostic {
  return fileProblem(
    'error',
    'unreadable',
    path,
    `${path} cannot be read.`,
    `Give the user that runs Millrace the right to read it, or name it in ${ignoreFile}.`,
  );
}
