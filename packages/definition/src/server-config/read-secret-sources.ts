import type { Place } from '@millrace/core';
import { readType } from '../build/read-type.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import { describeValue } from '../values/describe-value.ts';
import { parseDuration } from '../values/duration.ts';
import { placeAt } from '../yaml/origin.ts';
import { type MapNode, nodeAt, placeOf, placeOfKey, type SourceNode, toJson } from '../yaml/source-node.ts';
import { configNameHint, isConfigName } from './config-name.ts';
import { azureAuthOf, vaultAuthOf } from './outside-auth.ts';
import { placeOfSecret } from './place-of-secret.ts';
import {
  secretSourceSchemas,
  secretSourceTypes,
  type WrittenCommon,
  type WrittenSecretSource,
} from './secret-source-grammar.ts';
import type { SecretKeyTemplate, SecretSourceCommon, SecretSourceConfig } from './secret-sources.ts';

const defaultCacheMs = 60_000;
const defaultTimeoutMs = 5_000;
/** A worker waits 15 seconds for an answer, and a source may need two requests for one. */
const longestTimeoutMs = 6_000;
/** Names of places that `secret list` tells beside those of sources. */
const taken = ['environment', 'file', 'store', 'unreadable', 'unavailable'];

/** The section `secret_sources`: in the order of the file, which is the order in which they are asked. */
export function readSecretSources(root: MapNode, report: Report): readonly SecretSourceConfig[] {
  const node = nodeAt(root, ['secret_sources']);
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'map') {
    report({
      code: 'not_a_map',
      message: `\`secret_sources\` must be a map of names; got ${describeValue(toJson(node))}.`,
      hint: 'Write one name each, below it `type: vault` or another one.',
      at: placeOf(node),
    });
    return [];
  }
  return [...node.entries.values()].flatMap(({ key, keyStart, value }) => {
    const source = readSource(key, placeAt(node.origin, keyStart), value, report);
    return source === null ? [] : [source];
  });
}

function readSource(name: string, at: Place, node: SourceNode, report: Report): SecretSourceConfig | null {
  if (!isConfigName(name) || taken.includes(name)) {
    report({
      code: 'invalid_name',
      message: `\`${name.slice(0, 80)}\` cannot be the name of a source of secrets.`,
      hint: taken.includes(name)
        ? 'That is what another place is called. Name it after what it holds.'
        : configNameHint,
      at,
    });
  }
  const subject = { name: `Secret source \`${name}\``, at, noun: 'secret source' } as const;
  const type = readType(node, subject, secretSourceTypes, report);
  if (type === null || node.kind !== 'map') return null;
  const written: WrittenSecretSource | null = readNode(secretSourceSchemas[type], node, { ...subject, type }, report);
  return written === null ? null : build(common(name, at, written), written, node, report);
}

function common(name: string, at: Place, written: WrittenCommon): SecretSourceCommon {
  const { key, field, names = {}, only_names, workspaces, cache, timeout } = written;
  return {
    name,
    at,
    others: only_names === true ? null : { key: key ?? '{name}', field: field ?? null },
    names: Object.fromEntries(Object.entries(names).map(([secret, place]) => [secret, templateOf(place)])),
    workspaces: workspaces ?? null,
    cacheMs: cache === undefined ? defaultCacheMs : (parseDuration(cache) ?? defaultCacheMs),
    timeoutMs: timeout === undefined ? defaultTimeoutMs : (parseDuration(timeout) ?? defaultTimeoutMs),
  };
}

const templateOf = (written: string | Readonly<{ key: string; field?: string }>): SecretKeyTemplate =>
  typeof written === 'string' ? { key: written, field: null } : { key: written.key, field: written.field ?? null };

function build(
  of: SecretSourceCommon,
  written: WrittenSecretSource,
  node: MapNode,
  report: Report,
): SecretSourceConfig | null {
  if (!checkCommon(of, written, node, report)) return null;
  switch (written.type) {
    case 'folder':
      return { ...of, type: 'folder', path: written.path };
    case 'sops': {
      const { file, age_key_env, age_key_file } = written;
      return { ...of, type: 'sops', file, ageKey: placeOfSecret(age_key_env, age_key_file) };
    }
    case 'vault': {
      const { address, namespace = null, mount = 'secret', auth, ca_file: caFile = null } = written;
      return { ...of, type: 'vault', address, namespace, mount, auth: vaultAuthOf(auth), caFile };
    }
    case 'kubernetes': {
      const { api = null, namespace = null, token_file: tokenFile = null, ca_file: caFile = null } = written;
      return { ...of, type: 'kubernetes', api, namespace, tokenFile, caFile };
    }
    case 'aws':
      return { ...of, type: 'aws', region: written.region, endpoint: written.endpoint ?? null };
    case 'gcp': {
      const { project, credentials_file: credentialsFile = null, endpoint = null } = written;
      return { ...of, type: 'gcp', project, credentialsFile, endpoint };
    }
    case 'azure':
      return { ...of, type: 'azure', vault: written.vault, auth: azureAuthOf(written.auth ?? {}) };
  }
}

/** What the schema does not see: whether the values fit together. */
function checkCommon(of: SecretSourceCommon, written: WrittenCommon, node: MapNode, report: Report): boolean {
  const owner = `Secret source \`${of.name}\``;
  if (of.timeoutMs > longestTimeoutMs) {
    const message = `${owner}: \`timeout\` must be at most \`6s\`; got \`${written.timeout}\`.`;
    const hint = 'A worker asks again for a minute when a source does not answer in time.';
    report({ code: 'out_of_range', message, hint, at: placeOfKey(node, 'timeout') });
    return false;
  }
  if (of.others !== null) return true;
  const other = (['key', 'field'] as const).find((key) => written[key] !== undefined);
  if (other !== undefined) {
    const message = `${owner}: \`${other}\` says where the secrets stand that \`only_names\` leaves out.`;
    report({ code: 'misplaced_key', message, hint: 'Take one of both out.', at: placeOfKey(node, other) });
    return false;
  }
  if (Object.keys(of.names).length > 0) return true;
  const message = `${owner} has \`only_names\`, but no \`names\`: it would give nothing.`;
  report({ code: 'missing_key', message, hint: 'Add `names: { NAME: KEY }`.', at: placeOfKey(node, 'only_names') });
  return false;
}
