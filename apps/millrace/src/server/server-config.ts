import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import {
  type AzureAuth,
  defaultGitSchemes,
  type GitAuth,
  type IdentityProviderConfig,
  loadServerConfig,
  type SecretKeyConfig,
  type SecretPlace,
  type SecretSourceConfig,
  type ServerConfig,
  type VaultAuth,
} from '@millrace/definition';

const nothing: ServerConfig = {
  workspaces: [],
  git: { schemes: defaultGitSchemes, cache: null, silenceMs: 60_000, credentials: [] },
  secretSources: [],
  secretKeys: [],
  retention: {},
  identityProviders: [],
};

/** Reads the configuration that an option or MILLRACE_CONFIG names; its paths become absolute. Throws `configuration`. */
export async function readServerConfig(option: string | undefined): Promise<ServerConfig> {
  const path = option ?? process.env.MILLRACE_CONFIG;
  if (path === undefined || path === '') return nothing;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MillraceError('configuration', `The configuration ${path} cannot be read.`, {
      hint: 'Check the path of --config (or MILLRACE_CONFIG) and who may read the file.',
      cause,
    });
  });
  const { config, diagnostics } = loadServerConfig({ path, text });
  if (config === null) {
    const problems = diagnostics.map(({ file, line, column, message, hint }) => ({
      message: `${file}:${line}:${column}: ${message}${hint === null ? '' : ` ${hint}`}`,
    }));
    throw new MillraceError('configuration', `The configuration ${path} is wrong.`, { details: { problems } });
  }
  return absolute(config, dirname(resolve(path)));
}

function absolute(
  { workspaces, git, retention, secretSources, secretKeys, identityProviders }: ServerConfig,
  folder: string,
): ServerConfig {
  const at = (path: string): string => resolve(folder, path);
  const secretAt = (place: SecretPlace): SecretPlace => ('file' in place ? { file: at(place.file) } : place);
  const authAt = (auth: GitAuth): GitAuth => {
    switch (auth.kind) {
      case 'none':
        return auth;
      case 'token':
        return { ...auth, from: secretAt(auth.from) };
      case 'ssh':
        return {
          ...auth,
          keyFile: at(auth.keyFile),
          knownHosts: auth.knownHosts === null ? null : at(auth.knownHosts),
        };
    }
  };
  return {
    workspaces: workspaces.map((workspace) =>
      workspace.type === 'folder'
        ? { ...workspace, path: at(workspace.path) }
        : {
            ...workspace,
            auth: authAt(workspace.auth),
            hook: workspace.hook === null ? null : secretAt(workspace.hook),
          },
    ),
    git: {
      ...git,
      cache: git.cache === null ? null : at(git.cache),
      credentials: git.credentials.map(({ url, auth }) => ({ url, auth: authAt(auth) })),
    },
    secretSources: secretSources.map((source) => absoluteSource(source, at, secretAt)),
    secretKeys: secretKeys.map((key) => absoluteKey(key, at, secretAt)),
    retention,
    identityProviders: identityProviders.map((provider) => absoluteProvider(provider, at, secretAt)),
  };
}

function absoluteProvider(
  provider: IdentityProviderConfig,
  at: (path: string) => string,
  secretAt: (place: SecretPlace) => SecretPlace,
): IdentityProviderConfig {
  if (provider.type === 'oidc') {
    const { clientSecret } = provider;
    return { ...provider, clientSecret: clientSecret === null ? null : secretAt(clientSecret) };
  }
  const { caFile, find } = provider;
  return {
    ...provider,
    caFile: caFile === null ? null : at(caFile),
    find: find.kind === 'direct' ? find : { ...find, bindPassword: secretAt(find.bindPassword) },
  };
}

function absoluteSource(
  source: SecretSourceConfig,
  at: (path: string) => string,
  secretAt: (place: SecretPlace) => SecretPlace,
): SecretSourceConfig {
  const fileAt = (path: string | null): string | null => (path === null ? null : at(path));
  switch (source.type) {
    case 'folder':
      return { ...source, path: at(source.path) };
    case 'sops':
      return { ...source, file: at(source.file), ageKey: secretAt(source.ageKey) };
    case 'vault':
      return { ...source, caFile: fileAt(source.caFile), auth: vaultAuthAt(source.auth, fileAt, secretAt) };
    case 'kubernetes':
      return { ...source, caFile: fileAt(source.caFile), tokenFile: fileAt(source.tokenFile) };
    case 'aws':
      return source;
    case 'gcp':
      return { ...source, credentialsFile: fileAt(source.credentialsFile) };
    case 'azure':
      return { ...source, auth: azureAuthAt(source.auth, secretAt) };
  }
}

function absoluteKey(
  key: SecretKeyConfig,
  at: (path: string) => string,
  secretAt: (place: SecretPlace) => SecretPlace,
): SecretKeyConfig {
  const fileAt = (path: string | null): string | null => (path === null ? null : at(path));
  const wrapped = 'file' in key.wrapped ? { file: at(key.wrapped.file) } : key.wrapped;
  switch (key.type) {
    case 'aws':
      return { ...key, wrapped };
    case 'vault':
      return { ...key, wrapped, caFile: fileAt(key.caFile), auth: vaultAuthAt(key.auth, fileAt, secretAt) };
    case 'gcp':
      return { ...key, wrapped, credentialsFile: fileAt(key.credentialsFile) };
    case 'azure':
      return { ...key, wrapped, auth: azureAuthAt(key.auth, secretAt) };
    case 'exec': {
      // A program without a path is looked for where the system looks for programs.
      const [program = '', ...args] = key.command;
      return { ...key, wrapped, command: [program.includes('/') ? at(program) : program, ...args] };
    }
  }
}

const azureAuthAt = (auth: AzureAuth, secretAt: (place: SecretPlace) => SecretPlace): AzureAuth =>
  auth.kind === 'client' ? { ...auth, secret: secretAt(auth.secret) } : auth;

function vaultAuthAt(
  auth: VaultAuth,
  fileAt: (path: string | null) => string | null,
  secretAt: (place: SecretPlace) => SecretPlace,
): VaultAuth {
  switch (auth.kind) {
    case 'token':
      return { ...auth, from: secretAt(auth.from) };
    case 'approle':
      return { ...auth, secretId: secretAt(auth.secretId) };
    case 'kubernetes':
      return { ...auth, tokenFile: fileAt(auth.tokenFile) };
  }
}
