import type { Place } from '@millrace/core';
import { readType } from '../build/read-type.ts';
import { createDiagnosticList, type Diagnostic, type Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { defaultGitSchemes, type GitScheme, isGitUrl, parseGitUrl } from '../git/git-url.ts';
import { readNode } from '../grammar/read-node.ts';
import type { SourceFile } from '../load-definitions.ts';
import { describeValue } from '../values/describe-value.ts';
import { parseDuration } from '../values/duration.ts';
import { createOrigin, placeAt } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import {
  type MapNode,
  nodeAt,
  placeAtPath,
  placeOf,
  placeOfKey,
  type SourceNode,
  toJson,
} from '../yaml/source-node.ts';
import { configNameHint, isConfigName } from './config-name.ts';
import {
  gitSection,
  retentionSection,
  type WrittenAuth,
  type WrittenGitSection,
  type WrittenGitWorkspace,
  type WrittenRetention,
  workspaceSchemas,
} from './grammar.ts';
import { placeOfSecret } from './place-of-secret.ts';
import { readIdentityProviders } from './read-identity-providers.ts';
import { readSecretKeys } from './read-secret-keys.ts';
import { readSecretSources } from './read-secret-sources.ts';
import type {
  FolderWorkspace,
  GitAuth,
  GitSettings,
  GitWorkspace,
  RetentionSettings,
  ServerConfig,
} from './server-config.ts';

export type LoadedServerConfig = Readonly<{
  /** null when any diagnostic is an error. */
  config: ServerConfig | null;
  /** Sorted by line and column. */
  diagnostics: readonly Diagnostic[];
}>;

const defaultPollMs = 60_000;
const defaultSilenceMs = 60_000;
const shortestPollMs = 1_000;
const sections = ['workspaces', 'git', 'secret_sources', 'secret_keys', 'retention', 'sign_in'];

/** Reads a server's `millrace.yaml`. Pure: it never throws for anything that the file holds, and reports every problem. */
export function loadServerConfig({ path, text }: SourceFile): LoadedServerConfig {
  const list = createDiagnosticList();
  const { root, broken } = parseFile(createOrigin(path, text), list.report);
  const config = broken ? null : readConfig(root, list.report);
  const diagnostics = list.sorted();
  return { config: diagnostics.some(({ severity }) => severity === 'error') ? null : config, diagnostics };
}

function readConfig(root: SourceNode | null, report: Report): ServerConfig | null {
  if (root === null)
    return {
      workspaces: [],
      git: gitSettings({}),
      secretSources: [],
      secretKeys: [],
      retention: {},
      identityProviders: [],
    };
  if (root.kind !== 'map') {
    const message = `The configuration is a map of sections; this is ${describeValue(toJson(root))}.`;
    report({ code: 'not_a_map', message, hint: 'Begin with `workspaces:`.', at: placeOf(root) });
    return null;
  }
  for (const key of root.entries.keys()) {
    if (sections.includes(key)) continue;
    const hint = didYouMean(key, sections, 'Sections');
    report({ code: 'unknown_key', message: `There is no section \`${key}\`.`, hint, at: placeOfKey(root, key) });
  }
  const git = readGit(root, report);
  const secretSources = readSecretSources(root, report);
  const secretKeys = readSecretKeys(root, report);
  const retention = readRetention(root, report);
  const identityProviders = readIdentityProviders(root, report);
  const node = nodeAt(root, ['workspaces']);
  if (node === undefined || (node.kind === 'scalar' && node.value === null))
    return { workspaces: [], git, secretSources, secretKeys, retention, identityProviders };
  if (node.kind !== 'map') {
    const message = `\`workspaces\` must be a map of names; got ${describeValue(toJson(node))}.`;
    report({
      code: 'not_a_map',
      message,
      hint: 'Write one name each, below it `type: git` or `type: folder`.',
      at: placeOf(node),
    });
    return null;
  }
  const workspaces = [...node.entries.values()].flatMap(({ key, keyStart, value }) => {
    const at = placeAt(node.origin, keyStart);
    const workspace = readWorkspace(key, at, value, git.schemes, report);
    return workspace === null ? [] : [workspace];
  });
  return { workspaces, git, secretSources, secretKeys, retention, identityProviders };
}

function readGit(root: MapNode, report: Report): GitSettings {
  const node = nodeAt(root, ['git']);
  if (node === undefined) return gitSettings({});
  const subject = { name: '`git`', at: placeOfKey(root, 'git'), noun: 'file' } as const;
  return gitSettings(readNode(gitSection, node, subject, report) ?? {});
}

function readRetention(root: MapNode, report: Report): RetentionSettings {
  const node = nodeAt(root, ['retention']);
  if (node === undefined) return {};
  const subject = { name: '`retention`', at: placeOfKey(root, 'retention'), noun: 'file' } as const;
  return retentionSettings(readNode(retentionSection, node, subject, report) ?? {});
}

const retentionSettings = (written: WrittenRetention): RetentionSettings =>
  Object.fromEntries(
    Object.entries(written).map(([kind, kept]) => [kind, kept === 'forever' ? null : parseDuration(kept)]),
  );

function gitSettings({ schemes, cache, timeout, credentials }: WrittenGitSection): GitSettings {
  return {
    schemes: schemes ?? defaultGitSchemes,
    cache: cache ?? null,
    silenceMs: timeout === undefined ? defaultSilenceMs : (parseDuration(timeout) ?? defaultSilenceMs),
    credentials: (credentials ?? []).map(({ url, ...auth }) => ({ url, auth: authOf(auth) })),
  };
}

function readWorkspace(
  name: string,
  at: Place,
  node: SourceNode,
  schemes: readonly GitScheme[],
  report: Report,
): FolderWorkspace | GitWorkspace | null {
  if (!isConfigName(name)) {
    const message = `\`${name.slice(0, 80)}\` cannot be the name of a workspace.`;
    report({ code: 'invalid_name', message, hint: configNameHint, at });
  }
  const subject = { name: `Workspace \`${name}\``, at, noun: 'workspace' } as const;
  const type = readType(node, subject, ['folder', 'git'], report);
  if (type === null) return null;
  if (type === 'folder') {
    const written = readNode(workspaceSchemas.folder, node, { ...subject, type }, report);
    return written === null ? null : { name, at, type, path: written.path };
  }
  const written = readNode(workspaceSchemas.git, node, { ...subject, type }, report);
  if (written === null || !checkGit(name, node, written, schemes, report)) return null;
  const { url, ref, path, poll, auth, hook } = written;
  return {
    name,
    at,
    type,
    url,
    ref: ref ?? null,
    path: (path ?? '').replaceAll(/^(?:\.\/)+|^\.$|\/+$/g, ''),
    pollMs: poll === 'off' ? null : poll === undefined ? defaultPollMs : (parseDuration(poll) ?? defaultPollMs),
    auth: auth === undefined ? { kind: 'none' } : authOf(auth),
    hook: hook === undefined ? null : placeOfSecret(hook.secret_env, hook.secret_file),
  };
}

/** What the schema does not see: whether the values fit together. */
function checkGit(
  name: string,
  node: SourceNode,
  { url, poll, auth }: WrittenGitWorkspace,
  schemes: readonly GitScheme[],
  report: Report,
): boolean {
  const owner = `Workspace \`${name}\``;
  const parsed = parseGitUrl(url, schemes);
  if (!isGitUrl(parsed)) {
    report({
      code: 'invalid_value',
      message: `${owner}: ${parsed.problem}`,
      hint: parsed.hint,
      at: placeAtPath(node, ['url']),
    });
    return false;
  }
  if (poll !== undefined && poll !== 'off' && (parseDuration(poll) ?? 0) < shortestPollMs) {
    const message = `${owner}: \`poll\` must be at least \`1s\`; got \`${poll}\`.`;
    report({
      code: 'out_of_range',
      message,
      hint: 'Use `hook` to load at once what is pushed.',
      at: placeAtPath(node, ['poll']),
    });
    return false;
  }
  const keyed = auth?.ssh_key !== undefined;
  const fits = auth === undefined || (keyed ? parsed.scheme === 'ssh' : ['http', 'https'].includes(parsed.scheme));
  if (fits) return true;
  const message = `${owner}: ${keyed ? 'an SSH key' : 'a token'} does not open a repository that is fetched by ${parsed.scheme}.`;
  report({
    code: 'invalid_value',
    message,
    hint: keyed ? 'Write the address as ssh://… or user@host:path.' : 'Write the address as https://….',
    at: placeAtPath(node, ['auth']),
  });
  return false;
}

function authOf({ token_env, token_file, username, ssh_key, known_hosts }: WrittenAuth): GitAuth {
  if (ssh_key !== undefined) return { kind: 'ssh', keyFile: ssh_key, knownHosts: known_hosts ?? null };
  return { kind: 'token', username: username ?? 'x-access-token', from: placeOfSecret(token_env, token_file) };
}
