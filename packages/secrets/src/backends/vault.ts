// HashiCorp Vault and OpenBao: the key-value engine, version 2 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2).
//
//   GET  {mount}/data/{key}  ─▶ data.data, the fields     404: nothing there, or its last version was deleted
import type { SecretSourceKinds } from '@millrace/definition';
import { asObject, failureOf, objectOf, strangeAnswer } from '../requests/read-answer.ts';
import type { SourceAnswer } from '../requests/send-request.ts';
import { createVaultClient, encodeVaultPath, saidByVault, vaultHint } from '../requests/vault-client.ts';
import type { SecretBackend } from '../secret-backend.ts';
import type { Surroundings } from './surroundings.ts';

export function createVaultBackend(config: SecretSourceKinds['vault'], around: Surroundings): SecretBackend {
  const { address, namespace, mount } = config;
  const client = createVaultClient(config, around);
  return {
    place: `Vault ${address}, mount ${mount}${namespace === null ? '' : `, namespace ${namespace}`}`,
    async read(key) {
      const answer = await client.ask(`${encodeVaultPath(mount)}/data/${encodeVaultPath(key)}`);
      if (answer.status === 404) return nothingAt(answer);
      const told = objectOf(answer);
      if (answer.status !== 200) {
        throw failureOf(answer, saidByVault(told), vaultHint(answer, `\`read\` on ${mount}/data/${key}`));
      }
      const fields = asObject(asObject(told?.data)?.data);
      if (fields === null) throw strangeAnswer('fields, as version 2 of the key-value engine gives them');
      return fields;
    },
  };
}

/** Vault says 404 for what is not there, and tells why where it is something else: no such mount, another version of it. */
function nothingAt(answer: SourceAnswer): null {
  const told = objectOf(answer);
  if (told === null) throw strangeAnswer('JSON');
  const said = saidByVault(told);
  if (said === '') return null;
  throw failureOf(
    answer,
    said,
    'Check `mount` and `namespace` of the source: a key-value engine, version 2, must be there.',
  );
}
