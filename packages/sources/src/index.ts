export { type PackedFile, packFiles } from './files/pack-files.ts';
export { defaultLimits, type WorkspaceLimits } from './files/workspace-limits.ts';
export { createFolderSource, type FolderSourceOptions } from './folder/folder-source.ts';
export { type LoadedTestFiles, loadTests } from './folder/load-tests.ts';
export {
  type LoadedWorkspace,
  loadWorkspace,
} from './folder/load-workspace.ts';
export { isLocation, locateWorkspace, type WorkspaceLocation } from './folder/locate-workspace.ts';
export { openWorkspaceFiles } from './folder/scan-files.ts';
export type { EditedFile, WorkspaceFiles } from './folder/workspace-files.ts';
export { credentialsFor, readSecret } from './git/git-access.ts';
export { createGitSource, type GitSourceOptions } from './git/git-source.ts';
export { createRepositoryCache, type RepositoryCache } from './git/repository-cache.ts';
export { describePack } from './packs/describe-pack.ts';
export { noPackSources, type PackSources } from './packs/pack-sources.ts';
export type { FoundPack } from './packs/resolve-packs.ts';
export type { SourceLoad, SourceLook, WorkspaceSource } from './sync/workspace-source.ts';
