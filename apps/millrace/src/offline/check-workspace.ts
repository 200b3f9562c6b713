import { join, relative } from 'node:path';
import type { Definitions } from '@millrace/core';
import { compileAll, type StoredDiagnostic } from '@millrace/engine';
import { isLocation, loadWorkspace, locateWorkspace, type WorkspaceLocation } from '@millrace/sources';

export type CheckedWorkspace = Readonly<{
  /** null: the path leads to no workspace. */
  location: WorkspaceLocation | null;
  /** null when a diagnostic is an error. */
  definitions: Definitions | null;
  diagnostics: readonly StoredDiagnostic[];
  sources: readonly Readonly<{ path: string; text: string }>[];
  /** Hash of the definitions. */
  hash: string;
  /** A diagnostic's file as a path from the current folder. */
  shownPath: (file: string) => string;
  /** `2 workflows, 3 actions in 4 files`. */
  summary: string;
}>;

/** Loads what a path means and tells every problem; wrong files and paths are diagnostics, never exceptions. */
export async function checkWorkspace(path: string): Promise<CheckedWorkspace> {
  const location = await locateWorkspace(path);
  if (!isLocation(location)) {
    const nothing = { location: null, definitions: null, sources: [], hash: '', summary: path };
    return { ...nothing, diagnostics: [location], shownPath: (file) => file };
  }
  const loaded = await loadWorkspace(location);
  // What this version cannot execute is known once the workflows are compiled.
  const compiled = loaded.definitions === null ? [] : compileAll(loaded.definitions, 'local').diagnostics;
  return {
    location,
    ...loaded,
    diagnostics: [...loaded.diagnostics, ...compiled],
    shownPath: (file) => relative(process.cwd(), join(location.root, file)) || '.',
    summary: summarize(loaded.definitions, loaded.sources.length),
  };
}

function summarize(definitions: Definitions | null, files: number): string {
  const say = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
  if (definitions === null) return say(files, 'file');
  const counts = (['workflow', 'action', 'trigger'] as const).flatMap((noun) => {
    const count = Object.keys(definitions[`${noun}s`]).length;
    return count === 0 ? [] : [say(count, noun)];
  });
  return `${counts.join(', ') || 'nothing'} in ${say(files, 'file')}`;
}
