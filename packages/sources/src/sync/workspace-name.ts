import { MillraceError } from '@millrace/core';

/** Throws `configuration` for what cannot be the name of a workspace. */
export function checkWorkspaceName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return;
  throw new MillraceError('configuration', `${JSON.stringify(name)} is no name for a workspace.`, {
    hint: 'Use letters, digits, "-", "_" and ".", beginning with a letter or digit, at most 100 characters.',
  });
}
