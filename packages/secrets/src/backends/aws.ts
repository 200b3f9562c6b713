import type { SecretSourceKinds } from '@millrace/definition';
import { awsErrorOf, awsFailureOf, createAwsClient } from '../requests/aws-client.ts';
import { objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import type { SecretBackend } from '../secret-backend.ts';
import type { Surroundings } from './surroundings.ts';

/** Secrets of AWS Secrets Manager: a key is the name or the ARN of one, and its version is the current one. */
export function createAwsBackend({ region, endpoint }: SecretSourceKinds['aws'], around: Surroundings): SecretBackend {
  const client = createAwsClient({ region, service: 'secretsmanager', endpoint }, around);
  return {
    place: `AWS Secrets Manager, ${region}`,
    async read(key) {
      const answer = await client.call('secretsmanager.GetSecretValue', { SecretId: key });
      if (awsErrorOf(answer) === 'ResourceNotFoundException') return null;
      if (answer.status !== 200) {
        throw awsFailureOf(
          answer,
          `The role of the server must be allowed secretsmanager:GetSecretValue on ${key}, and kms:Decrypt where a key of yours seals it.`,
        );
      }
      const told = objectOf(answer);
      const text = textAt(told, 'SecretString');
      if (text !== null) return text;
      const bytes = textAt(told, 'SecretBinary');
      if (bytes === null) throw strangeAnswer('SecretString');
      return Buffer.from(bytes, 'base64').toString('utf8');
    },
  };
}
