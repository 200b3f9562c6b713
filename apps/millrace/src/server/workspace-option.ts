import { basename, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import { type FolderWorkspace, type GitWorkspace, isConfigName, type ServerConfig } from '@millrace/definition';

/** Where a server finds a workspace: an option names folders, the configuration folders and repositories. */
export type WorkspacePlace = Omit<FolderWorkspace, 'at'> | Omit<GitWorkspace, 'at'>;

const defaultWorkspace = 'main';

/** `PATH` (the first one is named main, others by their folder) or `NAME=PATH`. Throws `configuration` for double names. */
export function parseWorkspaces(given: readonly string[]): readonly WorkspacePlace[] {
  return distinct(
    given.map((text, index) => {
      const [, name = '', path = ''] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
      if (path !== '' && isConfigName(name)) return { type: 'folder', name, path };
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
