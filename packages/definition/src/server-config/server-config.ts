import type { Place } from '@millrace/core';
import type { GitScheme } from '../git/git-url.ts';
import type { IdentityProviderConfig } from './identity-provider.ts';
import type { SecretKeyConfig } from './secret-keys.ts';
import type { SecretSourceConfig } from './secret-sources.ts';

/** Where a secret is kept: never in the file itself. */
export type SecretPlace = Readonly<{ env: string }> | Readonly<{ file: string }>;

/** Where the credentials of a repository are kept. */
export type GitAuth =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'token'; username: string; from: SecretPlace }>
  | Readonly<{ kind: 'ssh'; keyFile: string; knownHosts: string | null }>;

export type FolderWorkspace = Readonly<{ name: string; at: Place; type: 'folder'; path: string }>;

export type GitWorkspace = Readonly<{
  name: string;
  at: Place;
  type: 'git';
  url: string;
  /** null: the default branch. */
  ref: string | null;
  /** Folder within the repository, without slashes at its ends; '' is the whole of it. */
  path: string;
  /** null: it is only looked at when somebody asks. */
  pollMs: number | null;
  auth: GitAuth;
  /** What a push hook must bring; null: there is no hook. */
  hook: SecretPlace | null;
}>;

export type GitSettings = Readonly<{
  schemes: readonly GitScheme[];
  /** Where copies of repositories are kept; null: somewhere of the server's choice. */
  cache: string | null;
  /** How long Git may say nothing. */
  silenceMs: number;
  /** For repositories without `auth` of their own, such as those of packs; the longest address that begins theirs counts. */
  credentials: readonly Readonly<{ url: string; auth: GitAuth }>[];
}>;

/** How long a server keeps what is over, in milliseconds; null: for ever; what is left out has a default. */
export type RetentionSettings = Readonly<
  Partial<Record<'runs' | 'events' | 'deliveries' | 'revisions' | 'audit', number | null>>
>;

/** What `millrace.yaml` says. Paths are as written: they count from the folder of the file. */
export type ServerConfig = Readonly<{
  /** In the order of the file. */
  workspaces: readonly (FolderWorkspace | GitWorkspace)[];
  git: GitSettings;
  /** Outside sources of secrets, in the order in which they are asked. */
  secretSources: readonly SecretSourceConfig[];
  /** Keys of stored secrets that outside services unwrap; the first seals. */
  secretKeys: readonly SecretKeyConfig[];
  retention: RetentionSettings;
  /** Outside providers of identity, in the order in which they are offered. */
  identityProviders: readonly IdentityProviderConfig[];
}>;
