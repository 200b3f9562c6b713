// The texts of a revision's definitions, as people wrote them, and the packs that it found. Plans run without them; they are kept
// beside the definitions so that the source of a workflow, at any revision that is still known, can be shown and compared.
import { type Definitions, MillraceError, type Place } from '@millrace/core';
import type { BlobStore } from '../ports/blob-store.ts';

/** `path` counts from the workspace root, as places do. */
export type DefinitionSource = Readonly<{ path: string; text: string }>;

/** A pack that a workspace declares, or that is built in, as a revision found it. */
export type RevisionPack = Readonly<{
  name: string;
  version: string;
  description: string | null;
  /** Where it comes from, for people. */
  source: string;
  /** Of a pack from Git. */
  commit: string | null;
  hash: string;
  locked: boolean;
  /** Whether the workspace's own files determine it. */
  pinned: boolean;
  /** Whether anything of it is part of the definitions. */
  used: boolean;
  actions: readonly string[];
  workflows: readonly string[];
}>;

type KeptSources = Readonly<{
  files: readonly DefinitionSource[];
  /** Of actions, workflows with their steps, and triggers, by JSON pointer. */
  places: Readonly<Record<string, Place>>;
  packs: readonly RevisionPack[];
}>;

const nothingKept: KeptSources = { files: [], places: {}, packs: [] };

export const sourcesKey = (workspace: string, revision: string): string =>
  `workspaces/${workspace}/${revision}.sources.json`;

const shown = /^\/(?:(?:actions|workflows|triggers)\/[^/]+|workflows\/[^/]+\/steps\/[^/]+)$/;

/** What `readWorkflowSource` reads later: the files in which something stands, and where. */
export function keptSources(
  sources: readonly DefinitionSource[],
  packs: readonly RevisionPack[],
  { places }: Definitions,
): Uint8Array {
  const kept = Object.entries(places).filter(([pointer]) => shown.test(pointer));
  const files = new Set(kept.map(([, { file }]) => file));
  const document: KeptSources = {
    files: sources.filter(({ path }) => files.has(path)),
    places: Object.fromEntries(kept),
    packs,
  };
  return Buffer.from(JSON.stringify(document));
}

export type WorkflowSource = Readonly<{
  file: string;
  text: string;
  line: number;
  /** The lines of its steps, by name. */
  steps: Readonly<Record<string, number>>;
}>;

/** The file that a workflow stands in, as it was at a revision. Throws `not_found` where it was not kept. */
export async function readWorkflowSource(
  blobs: BlobStore,
  { workspace, workflow, revision }: Readonly<{ workspace: string; workflow: string; revision: string }>,
): Promise<WorkflowSource> {
  const { files, places } = (await readKept(blobs, workspace, revision)) ?? nothingKept;
  const place = places[`/workflows/${workflow}`];
  const file = files.find(({ path }) => path === place?.file);
  if (place === undefined || file === undefined) {
    throw new MillraceError('not_found', `The source of workflow ${workflow} at revision ${revision} was not kept.`, {
      hint: 'Sync the workspace: the sources of what becomes live are kept from then on.',
    });
  }
  const prefix = `/workflows/${workflow}/steps/`;
  const steps = Object.entries(places)
    .filter(([pointer]) => pointer.startsWith(prefix))
    .map(([pointer, { line }]) => [pointer.slice(prefix.length), line] as const);
  return { file: file.path, text: file.text, line: place.line, steps: Object.fromEntries(steps) };
}

/** The files that a revision was made of, those of packs included; empty where they were not kept. */
export async function readSources(
  blobs: BlobStore,
  { workspace, revision }: Readonly<{ workspace: string; revision: string }>,
): Promise<readonly DefinitionSource[]> {
  return ((await readKept(blobs, workspace, revision)) ?? nothingKept).files;
}

/** The packs that a revision found. Throws `not_found` where they were not kept. */
export async function readPacks(
  blobs: BlobStore,
  { workspace, revision }: Readonly<{ workspace: string; revision: string }>,
): Promise<readonly RevisionPack[]> {
  const kept = await readKept(blobs, workspace, revision);
  if (kept !== null) return kept.packs;
  throw new MillraceError('not_found', `The packs of workspace ${workspace} at revision ${revision} were not kept.`, {
    hint: 'Sync the workspace: those of what becomes live are kept from then on.',
  });
}

async function readKept(blobs: BlobStore, workspace: string, revision: string): Promise<KeptSources | null> {
  const bytes = await blobs.get(sourcesKey(workspace, revision));
  return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString('utf8')) as KeptSources);
}
