import { createHash } from 'node:crypto';
import { loadPackManifest, type PackManifest, type SourceFile } from '@millrace/definition';
import type { StoredDiagnostic } from '@millrace/engine';
import type { ContentCache } from '../files/content-cache.ts';
import { fileProblem } from '../files/diagnostic.ts';
import type { PackedFile } from '../files/pack-files.ts';
import { readInside } from '../files/read-inside.ts';
import type { WorkspaceLimits } from '../files/workspace-limits.ts';
import { readDefinitionFiles } from '../folder/definition-files.ts';
import { scanWorkspaceFiles } from '../folder/scan-files.ts';

export const manifestFile = 'pack.yaml';
/** Where workers find the files of packs: workspaces cannot have files there themselves. */
const packsFolder = '.millrace/packs';

/** What the folder of a pack holds. */
export type PackContent = Readonly<{
  /** null: `diagnostics` hold an error. */
  manifest: PackManifest | null;
  definitions: readonly SourceFile[];
  /** With the paths that they have among the files of a workspace. */
  files: readonly PackedFile[];
  /** `sha256:…` over the names and contents of everything. */
  hash: string;
  diagnostics: readonly StoredDiagnostic[];
}>;

/** Reads a pack from its folder. `shown`: how diagnostics name the folder. Never throws for what is wrong with files. */
export async function readPack(
  name: string,
  folder: string,
  shown: string,
  options: Readonly<{ limits: WorkspaceLimits; cache: ContentCache }>,
): Promise<PackContent> {
  const at = (path: string): string => (shown === '' ? path : `${shown}/${path}`);
  const text = await readInside(folder, manifestFile);
  if (text === null) {
    const message = `There is no ${manifestFile} in ${shown === '' ? 'the folder' : shown}, so it is no pack.`;
    const hint = 'A pack has pack.yaml with `name` and `version`, and definitions in .workflows.';
    const problem = fileProblem('error', 'no_pack', at(manifestFile), message, hint);
    return { manifest: null, definitions: [], files: [], hash: '', diagnostics: [problem] };
  }
  const location = { root: folder, onlyFile: null, hasFiles: true };
  const read = await readDefinitionFiles(location, options.limits, options.cache);
  const scanned = await scanWorkspaceFiles(location, options);
  const loaded = loadPackManifest({ path: at(manifestFile), text });
  const problems = [...read.diagnostics, ...scanned.diagnostics].map((one) => ({ ...one, file: at(one.file) }));
  const digest = createHash('sha256').update(`${JSON.stringify(text)}\n${read.hash}\n`);
  for (const file of scanned.files) digest.update(`${JSON.stringify(file.path)} ${file.executable} ${file.hash}\n`);
  return {
    manifest: loaded.manifest,
    definitions: read.sources.map((source) => ({ ...source, path: at(source.path) })),
    files: scanned.files
      .filter(({ path }) => path !== manifestFile)
      .map((file) => ({ ...file, path: `${packsFolder}/${name}/${file.path}` })),
    hash: `sha256:${digest.digest('hex')}`,
    diagnostics: [...loaded.diagnostics, ...problems],
  };
}
