import type { SecretSourceKinds } from '@millrace/definition';
import { askAnew } from '../requests/ask-anew.ts';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { type SourceAnswer, sendRequest } from '../requests/send-request.ts';
import type { SecretBackend } from '../secret-backend.ts';
import { azureResourceOf, createAzureToken } from '../tokens/azure-token.ts';
import type { Surroundings } from './surroundings.ts';

const apiVersion = '7.4';

/**
 * Secrets of an Azure Key Vault: a key is the name of one, or `name/version`. Names there have no `_`, so those of a key
 * become `-`.
 */
export function createAzureBackend({ vault, auth }: SecretSourceKinds['azure'], around: Surroundings): SecretBackend {
  const base = vault.replace(/\/+$/, '');
  const token = createAzureToken(auth, azureResourceOf(base), around);

  const ask = async (key: string): Promise<SourceAnswer> => {
    const path = key.replaceAll('_', '-').split('/').map(encodeURIComponent).join('/');
    return await sendRequest({
      url: `${base}/secrets/${path}?api-version=${apiVersion}`,
      headers: { authorization: `Bearer ${await token.get()}` },
      timeoutMs: around.timeoutMs,
    });
  };

  return {
    place: `Azure Key Vault ${vault}`,
    async read(key) {
      const answer = await askAnew(
        () => ask(key),
        ({ status }) => status === 401,
        token.forget,
      );
      if (answer.status === 404) return null;
      const told = objectOf(answer);
      if (answer.status !== 200) {
        const hint = `Its identity needs the role Key Vault Secrets User, or \`get\` in the access policy of ${vault}.`;
        throw failureOf(answer, textAt(told, 'error', 'message'), hint);
      }
      const value = textAt(told, 'value');
      if (value === null) throw strangeAnswer('value');
      return value;
    },
  };
}
