import { createHash } from 'node:crypto';
import type { JsonObject } from '@millrace/core';
import type { PublishRequest, StoredDiagnostic } from '@millrace/engine';
import type { ContentCache } from '../files/content-cache.ts';
import { type PackedFile, packFiles } from '../files/pack-files.ts';
import type { WorkspaceLimits } from '../files/workspace-limits.ts';
import { loadWorkspace } from '../folder/load-workspace.ts';
import { isLocation, locateWorkspace, type WorkspaceLocation } from '../folder/locate-workspace.ts';
import { scanWorkspaceFiles } from '../folder/scan-files.ts';
import { describePack } from '../packs/describe-pack.ts';
import type { FollowedPack } from '../packs/followed-packs.ts';
import type { PackSources } from '../packs/pack-sources.ts';

export type SnapshotRequest = Readonly<{
  workspace: string;
  /** The folder that holds `.workflows`. */
  path: string;
  /** Where it comes from, for people; `root` is the workspace's folder. */
  sourceOf: (root: string) => JsonObject;
  /** The commit that the folder is of; null: its revision is the hash of what it holds. */
  commit: string | null;
  limits: WorkspaceLimits;
  cache: ContentCache;
  /** Absolute paths of folders that are no part of it. */
  exclude: readonly string[];
  packs: PackSources;
}>;

/** A folder as it is now, ready to be published. `hasDefinitions`: whether it has a `.workflows` folder at all. */
export type Snapshot = Readonly<{
  request: PublishRequest;
  hasDefinitions: boolean;
  /** References of packs that may give the same files another revision tomorrow. */
  followed: readonly FollowedPack[];
}>;

/** Reads and checks everything in a folder. What is wrong with it is told as diagnostics, never thrown. */
export async function readSnapshot(request: SnapshotRequest): Promise<Snapshot> {
  const location = await locateWorkspace(request.path);
  if (!isLocation(location)) {
    const revision = request.commit ?? hashOf(location.message);
    return { request: rejected(request, request.path, revision, [location]), hasDefinitions: false, followed: [] };
  }
  return snapshotOf(request, location);
}

async function snapshotOf(request: SnapshotRequest, location: WorkspaceLocation): Promise<Snapshot> {
  const { workspace, limits, cache, exclude } = request;
  const loaded = await loadWorkspace(location, { limits, cache, packs: request.packs });
  const hasDefinitions = !loaded.diagnostics.some((diagnostic) => diagnostic.code === 'no_workflows_folder');
  const scanned = hasDefinitions
    ? await scanWorkspaceFiles(location, { limits, cache, exclude })
    : { files: [], diagnostics: [] };
  const diagnostics = [...loaded.diagnostics, ...scanned.diagnostics];
  const content = contentHash(loaded.hash, scanned.files);
  // A pack that the commit does not determine makes another revision of the same commit.
  const own = loaded.packs.pinned ? '' : `.${(loaded.packs.hash ?? '').slice(0, 8)}`;
  const revision = request.commit === null ? content : `${request.commit}${own}`;
  const all = [...scanned.files, ...loaded.packs.files];
  const { definitions } = loaded;
  if (definitions === null || diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
    return {
      request: rejected(request, location.root, revision, diagnostics),
      hasDefinitions,
      followed: loaded.followedPacks,
    };
  }
  const files = all.length === 0 ? null : { key: `workspaces/${workspace}/${revision}.tgz`, data: packFiles(all) };
  const source = request.sourceOf(location.root);
  const sources = [...loaded.sources, ...loaded.foundPacks.flatMap((pack) => pack.definitions)];
  const used = new Set(loaded.packs.used.map(({ manifest }) => manifest.name));
  const packs = loaded.foundPacks.map((pack) => ({ ...describePack(pack), used: used.has(pack.manifest.name) }));
  const found = { workspace, revision, source, definitions, diagnostics, files, sources, packs, keepDefinitions: true };
  return { request: found, hasDefinitions, followed: loaded.followedPacks };
}

function rejected(
  { workspace, sourceOf }: SnapshotRequest,
  root: string,
  revision: string,
  diagnostics: readonly StoredDiagnostic[],
): PublishRequest {
  return { workspace, revision, source: sourceOf(root), definitions: null, diagnostics, files: null };
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 40);

/** Hash of names and contents, 40 hexadecimal digits as a Git commit has. */
function contentHash(definitionsHash: string, files: readonly PackedFile[]): string {
  const digest = createHash('sha256').update(`definitions ${definitionsHash}\n`);
  for (const file of files) digest.update(`${JSON.stringify(file.path)} ${file.executable ? 'x' : '-'} ${file.hash}\n`);
  return digest.digest('hex').slice(0, 40);
}
