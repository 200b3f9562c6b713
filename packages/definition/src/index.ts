export { functionNames, statusFunctionNames } from '@millrace/expression';
export { type DiagnosticCode, diagnosticCodes } from './diagnostics/codes.ts';
export type { Diagnostic } from './diagnostics/diagnostic.ts';
export {
  defaultGitSchemes,
  type GitScheme,
  isCommit,
  isGitRef,
  isGitUrl,
  parseGitUrl,
} from './git/git-url.ts';
export { jsonSchema, testsJsonSchema } from './json-schema.ts';
export { type LoadResult, loadDefinitions, type SourceFile } from './load-definitions.ts';
export { loadPackManifest } from './packs/load-pack-manifest.ts';
export { offersOf } from './packs/offers-of.ts';
export {
  noPacks,
  type PackDeclaration,
  type PackManifest,
  type PackPlace,
  type Packs,
  type ResolvedPack,
} from './packs/pack.ts';
export { type LockedPack, loadPackLock, lockFileName, writePackLock } from './packs/pack-lock.ts';
export { readPackUses } from './packs/read-pack-uses.ts';
export { isConfigName } from './server-config/config-name.ts';
export type {
  IdentityProviderConfig,
  LdapProviderConfig,
  OidcProviderConfig,
} from './server-config/identity-provider.ts';
export { type LoadedServerConfig, loadServerConfig } from './server-config/load-server-config.ts';
export type { SecretKeyConfig, SecretKeyKinds, SecretKeyType } from './server-config/secret-keys.ts';
export type {
  AzureAuth,
  SecretKeyTemplate,
  SecretSourceConfig,
  SecretSourceKinds,
  SecretSourceType,
  VaultAuth,
} from './server-config/secret-sources.ts';
export type {
  FolderWorkspace,
  GitAuth,
  GitSettings,
  GitWorkspace,
  RetentionSettings,
  SecretPlace,
  ServerConfig,
} from './server-config/server-config.ts';
export { formatDuration, parseDuration } from './values/duration.ts';
export type { Difference } from './workflow-tests/differences.ts';
export { judgeTest, type Mismatch } from './workflow-tests/judge-test.ts';
export { loadWorkflowTests } from './workflow-tests/load-workflow-tests.ts';
export type { WorkflowTest } from './workflow-tests/workflow-test.ts';
export { type RecordedRun, type RecordedStep, writeWorkflowTest } from './workflow-tests/write-workflow-test.ts';
