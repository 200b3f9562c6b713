// Keys of stored secrets that never lie open anywhere: the configuration has them as an outside service has wrapped them, the
// server has them unwrapped when it starts, and keeps them in its memory.
//
//   secret_keys.november ─ wrapped ─▶ service ─▶ 32 bytes ─▶ kept until the server ends
//
// A service is asked once for each key: whether it is away later does not matter. One that is away at the start is asked again
// when a secret is needed. Either all keys are there or none: which one seals must not depend on who could be reached.
import { MillraceError } from '@millrace/core';
import type { SecretKeyConfig } from '@millrace/definition';
import { parseSecretKeys, type SecretKey } from '@millrace/engine';
import type { Surroundings } from '../backends/surroundings.ts';
import { readSecretFile } from '../requests/read-place.ts';
import { SourceFailure } from '../source-failure.ts';
import { createAwsKms } from './aws-kms.ts';
import { createAzureKeyVault } from './azure-key-vault.ts';
import { createGcpKms } from './gcp-kms.ts';
import { createKeyProgram } from './key-program.ts';
import type { KeyService } from './key-service.ts';
import { createVaultTransit } from './vault-transit.ts';

const keyBytes = 32;

export type SecretKeysOptions = Readonly<{ environment?: Surroundings['environment']; now?: () => number }>;

/**
 * Gives the keys of a configuration, in its order. Codes: secret_source_unavailable (it passes: ask again),
 * secret_source_refused, configuration (what came is no key).
 */
export function createSecretKeys(
  configs: readonly SecretKeyConfig[],
  { environment = process.env, now = () => performance.now() }: SecretKeysOptions = {},
): () => Promise<readonly SecretKey[]> {
  const keys = configs.map((config) =>
    keptOnceThere(() => openKey(config, createService(config, { environment, now, timeoutMs: config.timeoutMs }))),
  );
  return () => Promise.all(keys.map((key) => key()));
}

/** Makes something once, for all who ask meanwhile; a failure is forgotten. */
function keptOnceThere<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let kept: Promise<Value> | null = null;
  return () => {
    kept ??= make().catch((error: unknown) => {
      kept = null;
      throw error;
    });
    return kept;
  };
}

async function openKey(config: SecretKeyConfig, service: KeyService): Promise<SecretKey> {
  try {
    const { wrapped } = config;
    const text = 'text' in wrapped ? wrapped.text.trim() : await readSecretFile(wrapped.file, 'The wrapped key');
    return keyOf(await service.unwrap(text), `What ${service.place} gives for the key ${config.name}`);
  } catch (cause) {
    if (!(cause instanceof SourceFailure)) throw cause;
    const code = cause.kind === 'refused' ? 'secret_source_refused' : 'secret_source_unavailable';
    const message = `The key ${config.name} of stored secrets cannot be unwrapped by ${service.place}: ${cause.message}`;
    throw new MillraceError(code, message, { hint: cause.hint, details: { source: config.name } });
  }
}

/** 32 bytes, or a text of them: whoever wrapped `openssl rand -base64 32` wrapped a text. */
function keyOf(bytes: Uint8Array, where: string): SecretKey {
  const text = bytes.length === keyBytes ? Buffer.from(bytes).toString('base64') : Buffer.from(bytes).toString('utf8');
  const [key, another] = parseSecretKeys(text, where);
  if (key !== undefined && another === undefined) return key;
  throw new MillraceError('configuration', `${where} is more than one key.`, {
    hint: 'Wrap each key by itself, and give each a name of its own in `secret_keys`.',
  });
}

function createService(config: SecretKeyConfig, around: Surroundings): KeyService {
  switch (config.type) {
    case 'aws':
      return createAwsKms(config, around);
    case 'vault':
      return createVaultTransit(config, around);
    case 'gcp':
      return createGcpKms(config, around);
    case 'azure':
      return createAzureKeyVault(config, around);
    case 'exec':
      return createKeyProgram(config, around);
  }
}
