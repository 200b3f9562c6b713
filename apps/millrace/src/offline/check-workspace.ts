import { join, relative } from 'node:path';
import type { Definitions } from '@millrace/core';
import { compileAll, type StoredDiagnostic } from '@millrace/engine';
import {
  isLocation,
  type LoadedWorkspace,
  loadWorkspace,
  locateWorkspace,
  type WorkspaceLocation,
} from '@millrace/sources';
import { readServerConfig } from '../server/server-config.ts';
import { openPackSources } from './pack-sources.ts';

export type CheckedWorkspace = Readonly<{
  /** null: the path leads to no workspace. */
  location: WorkspaceLocation | null;
  /** null when a diagnostic is an error. */
  definitions: Definitions | null;
  diagnostics: readonly StoredDiagnostic[];
  sources: readonly Readonly<{ path: string; text: string }>[];
  /** Hash of the definitions. */
  hash: string;
  /** Files of the packs that are used. */
  packFiles: LoadedWorkspace['packs']['files'];
  /** A diagnostic's file as a path from the current folder. */
  shownPath: (file: string) => string;
  /** `2 workflows, 3 actions in 4 files`. */
  summary: string;
}>;

/** Loads what a path means and tells every problem; wrong files and paths are diagnostics, never exceptions. */
export async function checkWorkspace(path: string): Promise<CheckedWorkspace> {
  const location = await locateWorkspace(path);
  if (!isLocation(location)) {
    const nothing = { location: null, definitions: null, sources: [], hash: '', packFiles: [], summary: path };
    return { ...nothing, diagnostics: [location], shownPath: (file) => file };
  }
  // Packs may need credentials, or schemes that the operator allows.
  const packs = openPackSources((await readServerConfig(undefined)).git);
  const loaded = await loadWorkspace(location, { packs, sparing: true }).finally(packs.close);
  // What this version cannot execute is known once the workflows are compiled.
  const compiled = loaded.definitions === null ? [] : compileAll(loaded.definitions, 'local').diagnostics;
  return {
    location,
    ...loaded,
    packFiles: loaded.packs.files,
    diagnostics: [...loaded.diagnostics, ...compiled],
    shownPath: (file) => relative(process.cwd(), join(location.root, file)) || '.',
    summary:
      loaded.pack === null
        ? summarize(loaded.definitions, loaded.sources.length)
        : `pack ${loaded.pack.name} ${loaded.pack.version}`,
  };
}

function summarize(definitions: Definitions | null, files: number): string {
  const say = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
  if (definitions === null) return say(files, 'file');
  const counts = (['workflow', 'action', 'trigger'] as const).flatMap((noun) => {
    // What packs bring is theirs.
    const count = Object.keys(definitions[`${noun}s`]).filter((name) => !name.includes('.')).length;
    return count === 0 ? [] : [say(count, noun)];
  });
  return `${counts.join(', ') || 'nothing'} in ${say(files, 'file')}`;
}
