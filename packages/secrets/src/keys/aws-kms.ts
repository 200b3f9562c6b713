import type { SecretKeyKinds } from '@millrace/definition';
import type { Surroundings } from '../backends/surroundings.ts';
import { awsFailureOf, createAwsClient } from '../requests/aws-client.ts';
import { objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import type { KeyService } from './key-service.ts';

/** AWS KMS, `Decrypt`: what `GenerateDataKey` or `Encrypt` of a symmetric key gave, in base64. The key is named, so that no other opens it. */
export function createAwsKms(
  { region, key, context, endpoint }: SecretKeyKinds['aws'],
  around: Surroundings,
): KeyService {
  const client = createAwsClient({ region, service: 'kms', endpoint }, around);
  return {
    place: `AWS KMS, ${region}, ${key}`,
    async unwrap(wrapped) {
      const bound = Object.keys(context).length === 0 ? {} : { EncryptionContext: context };
      const body = { CiphertextBlob: wrapped, KeyId: key, ...bound };
      const answer = await client.call('TrentService.Decrypt', body);
      if (answer.status !== 200) {
        throw awsFailureOf(
          answer,
          `The role of the server must be allowed kms:Decrypt with ${key}, which must be the key that wrapped this one, with this \`context\`.`,
        );
      }
      const text = textAt(objectOf(answer), 'Plaintext');
      if (text === null) throw strangeAnswer('Plaintext');
      return Buffer.from(text, 'base64');
    },
  };
}
