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
import { secretKeySchemas, secretKeyTypes, type WrittenSecretKey } from './secret-key-grammar.ts';
import type { SecretKeyCommon, SecretKeyConfig } from './secret-keys.ts';

const defaultTimeoutMs = 5_000;
/** A worker waits 15 seconds for a secret, and a service may need two requests for its key. */
const longestTimeoutMs = 6_000;

/** The section `secret_keys`: in the order of the file, of which the first seals. */
export function readSecretKeys(root: MapNode, report: Report): readonly SecretKeyConfig[] {
  const node = nodeAt(root, ['secret_keys']);
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'map') {
    report({
      code: 'not_a_map',
      message: `\`secret_keys\` must be a map of names; got ${describeValue(toJson(node))}.`,
      hint: 'Write one name each, below it `type: aws` or another one. The first key seals, all of them open.',
      at: placeOf(node),
    });
    return [];
  }
  return [...node.entries.values()].flatMap(({ key, keyStart, value }) => {
    const read = readKey(key, placeAt(node.origin, keyStart), value, report);
    return read === null ? [] : [read];
  });
}

function readKey(name: string, at: Place, node: SourceNode, report: Report): SecretKeyConfig | null {
  if (!isConfigName(name)) {
    report({
      code: 'invalid_name',
      message: `\`${name.slice(0, 80)}\` cannot be the name of a key.`,
      hint: configNameHint,
      at,
    });
  }
  const subject = { name: `Secret key \`${name}\``, at, noun: 'secret key' } as const;
  const type = readType(node, subject, secretKeyTypes, report);
  if (type === null || node.kind !== 'map') return null;
  const written: WrittenSecretKey | null = readNode(secretKeySchemas[type], node, { ...subject, type }, report);
  if (written === null) return null;
  const { timeout, wrapped, wrapped_file } = written;
  const timeoutMs = timeout === undefined ? defaultTimeoutMs : (parseDuration(timeout) ?? defaultTimeoutMs);
  if (timeoutMs > longestTimeoutMs) {
    const message = `Secret key \`${name}\`: \`timeout\` must be at most \`6s\`; got \`${timeout}\`.`;
    const hint = 'A worker asks again for a minute when a key does not come in time.';
    report({ code: 'out_of_range', message, hint, at: placeOfKey(node, 'timeout') });
    return null;
  }
  return build(
    { name, at, wrapped: wrapped === undefined ? { file: wrapped_file ?? '' } : { text: wrapped }, timeoutMs },
    written,
  );
}

function build(of: SecretKeyCommon, written: WrittenSecretKey): SecretKeyConfig {
  switch (written.type) {
    case 'aws': {
      const { region, key, context = {}, endpoint = null } = written;
      return { ...of, type: 'aws', region, key, context, endpoint };
    }
    case 'vault': {
      const { address, namespace = null, mount = 'transit', key, auth, ca_file: caFile = null } = written;
      return { ...of, type: 'vault', address, namespace, mount, key, auth: vaultAuthOf(auth), caFile };
    }
    case 'gcp': {
      const { key, credentials_file: credentialsFile = null, endpoint = null } = written;
      return { ...of, type: 'gcp', key, credentialsFile, endpoint };
    }
    case 'azure':
      return { ...of, type: 'azure', vault: written.vault, key: written.key, auth: azureAuthOf(written.auth ?? {}) };
    case 'exec':
      return { ...of, type: 'exec', command: written.command };
  }
}
