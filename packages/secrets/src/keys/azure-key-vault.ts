import type { SecretKeyKinds } from '@millrace/definition';
import type { Surroundings } from '../backends/surroundings.ts';
import { askAnew } from '../requests/ask-anew.ts';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { sendRequest } from '../requests/send-request.ts';
import { azureResourceOf, createAzureToken } from '../tokens/azure-token.ts';
import type { KeyService } from './key-service.ts';

const apiVersion = '7.4';
const algorithm = 'RSA-OAEP-256';

/** Keys of an Azure Key Vault, `unwrapKey` by RSA-OAEP-256: what `wrapKey` or `encrypt` gave, in base64url. */
export function createAzureKeyVault({ vault, key, auth }: SecretKeyKinds['azure'], around: Surroundings): KeyService {
  const base = vault.replace(/\/+$/, '');
  const token = createAzureToken(auth, azureResourceOf(base), around);
  const url = `${base}/keys/${key.split('/').map(encodeURIComponent).join('/')}/unwrapkey?api-version=${apiVersion}`;
  return {
    place: `Azure Key Vault ${vault}, key ${key}`,
    async unwrap(wrapped) {
      const answer = await askAnew(
        async () =>
          sendRequest({
            ...{ url, method: 'POST', timeoutMs: around.timeoutMs },
            body: JSON.stringify({ alg: algorithm, value: Buffer.from(wrapped, 'base64').toString('base64url') }),
            headers: { authorization: `Bearer ${await token.get()}`, 'content-type': 'application/json' },
          }),
        ({ status }) => status === 401,
        token.forget,
      );
      const told = objectOf(answer);
      if (answer.status !== 200) {
        const hint = `Its identity needs the role Key Vault Crypto Service Encryption User, or \`unwrapKey\` in the access policy of ${vault}; the key must be the version that wrapped this one, by ${algorithm}.`;
        throw failureOf(answer, textAt(told, 'error', 'message'), hint);
      }
      const text = textAt(told, 'value');
      if (text === null) throw strangeAnswer('value');
      return Buffer.from(text, 'base64url');
    },
  };
}
