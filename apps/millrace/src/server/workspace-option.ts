import { basename, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { FolderWorkspace, GitWorkspace, ServerConfig } from '@millrace/definition';

/** Where a server finds a workspace: an option names folders, the configuration folders and repositories. */
export type WorkspacePlace = Omit<FolderWorkspace, 'at'> | Omit<GitWorkspace, 'at'>;

const defaultWorkspace = 'main';
export const workspaceHelp = 'folder with .workflows, as PATH or NAME=PATH; may be given several times';

export const configHelp = 'file with workspaces and settings of Git (env: MILLRACE_CONFIG)';

/** `PATH` (the first one is named main, others by their folder) or `NAME=PATH`. Throws `configuration` for double names. */
export function parseWorkspaces(given: readonly string[]): readonly WorkspacePlace[] {
  return distinct(
    given.map((text, index) => {
      const named = /^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)$/.exec(text);
      if (named?.[1] !== undefined && named[2] !== undefined) return { type: 'folder', name: named[1], path: named[2] };
      return { type: 'folder', name: index === 0 ? defaultWorkspace : basename(resolve(text)), path: text };
    }),
  );
}

/** Those of the configuration and those of options. Throws `configuration` for double names. */
export function allWorkspaces(config: ServerConfig, given: readonly string[]): readonly WorkspacePlace[] {
  return distinct([...config.workspaces, ...parseWorkspaces(given)]);
}

function distinct(places: readonly WorkspacePlace[]): readonly WorkspacePlace[] {
  const names = new Set<string>();
  for (const { name, ...place } of places) {
    if (names.has(name)) {
      const path = place.type === 'folder' ? place.path : './folder';
      throw new MillraceError('configuration', `Two workspaces have the name ${name}.`, {
        hint: `Name one of them: --workspace other=${path}.`,
      });
    }
    names.add(name);
  }
  return places;
}

/** A workspace's place in a few words. */
export function describePlace(place: WorkspacePlace): string {
  return place.type === 'folder' ? place.path : `${place.url}${place.ref === null ? '' : ` at ${place.ref}`}`;
}
