import type { SecretKeyKinds } from '@millrace/definition';
import type { Surroundings } from '../backends/surroundings.ts';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { createVaultClient, encodeVaultPath, saidByVault, vaultHint } from '../requests/vault-client.ts';
import type { KeyService } from './key-service.ts';

/** The transit engine of Vault and OpenBao, `decrypt`: what `datakey/wrapped` or `encrypt` gave (`vault:v1:…`). */
export function createVaultTransit(config: SecretKeyKinds['vault'], around: Surroundings): KeyService {
  const { address, namespace, mount, key } = config;
  const client = createVaultClient(config, around);
  const path = `${encodeVaultPath(mount)}/decrypt/${encodeURIComponent(key)}`;
  return {
    place: `Vault ${address}, ${mount}/${key}${namespace === null ? '' : `, namespace ${namespace}`}`,
    async unwrap(wrapped) {
      const answer = await client.ask(path, { ciphertext: wrapped });
      const told = objectOf(answer);
      if (answer.status !== 200) {
        const hint =
          answer.status === 400
            ? `Is it ${mount}/${key} that wrapped this key, and may so old a version still decrypt (\`min_decryption_version\`)?`
            : vaultHint(answer, `\`update\` on ${mount}/decrypt/${key}`);
        throw failureOf(answer, saidByVault(told), hint);
      }
      const text = textAt(told, 'data', 'plaintext');
      if (text === null) throw strangeAnswer('plaintext');
      return Buffer.from(text, 'base64');
    },
  };
}
