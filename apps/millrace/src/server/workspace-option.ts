import { basename, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';

export type NamedFolder = Readonly<{ name: string; path: string }>;

export const defaultWorkspace = 'main';
export const workspaceHelp = 'folder with .workflows, as PATH or NAME=PATH; may be given several times';

/** `PATH` (the first one is named main, others by their folder) or `NAME=PATH`. Throws `configuration` for double names. */
export function parseWorkspaces(given: readonly string[]): readonly NamedFolder[] {
  const folders = given.map((text, index): NamedFolder => {
    const named = /^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)$/.exec(text);
    if (named?.[1] !== undefined && named[2] !== undefined) return { name: named[1], path: named[2] };
    return { name: index === 0 ? defaultWorkspace : basename(resolve(text)), path: text };
  });
  const names = new Set<string>();
  for (const { name, path } of folders) {
    if (names.has(name)) {
      throw new MillraceError('configuration', `Two workspaces have the name ${name}.`, {
        hint: `Name one of them: --workspace other=${path}.`,
      });
    }
    names.add(name);
  }
  return folders;
}
