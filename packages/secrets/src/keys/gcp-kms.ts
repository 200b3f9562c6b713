import type { SecretKeyKinds } from '@millrace/definition';
import type { Surroundings } from '../backends/surroundings.ts';
import { askAnew } from '../requests/ask-anew.ts';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { sendRequest } from '../requests/send-request.ts';
import { createGoogleToken } from '../tokens/google-token.ts';
import type { KeyService } from './key-service.ts';

/** Google Cloud KMS, `decrypt`: what `encrypt` of a symmetric key gave, in base64; it finds the version by itself. */
export function createGcpKms(
  { key, credentialsFile, endpoint }: SecretKeyKinds['gcp'],
  around: Surroundings,
): KeyService {
  const token = createGoogleToken(credentialsFile, around);
  const path = key.split('/').map(encodeURIComponent).join('/');
  const url = `${endpoint ?? 'https://cloudkms.googleapis.com'}/v1/${path}:decrypt`;
  return {
    place: `Google Cloud KMS, ${key}`,
    async unwrap(wrapped) {
      const answer = await askAnew(
        async () =>
          sendRequest({
            ...{ url, method: 'POST', timeoutMs: around.timeoutMs, body: JSON.stringify({ ciphertext: wrapped }) },
            headers: { authorization: `Bearer ${await token.get()}`, 'content-type': 'application/json' },
          }),
        ({ status }) => status === 401,
        token.forget,
      );
      const told = objectOf(answer);
      if (answer.status !== 200) {
        const hint = `The service account needs the role roles/cloudkms.cryptoKeyDecrypter on ${key}, which must be the key that wrapped this one.`;
        throw failureOf(answer, textAt(told, 'error', 'message'), hint);
      }
      const text = textAt(told, 'plaintext');
      if (text === null) throw strangeAnswer('plaintext');
      return Buffer.from(text, 'base64');
    },
  };
}
