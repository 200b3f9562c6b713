import type { SecretSourceKinds } from '@millrace/definition';
import { AwsV4Signer } from 'aws4fetch';
import { askAnew } from '../requests/ask-anew.ts';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { type SourceAnswer, sendRequest } from '../requests/send-request.ts';
import type { SecretBackend } from '../secret-backend.ts';
import { type AwsCredentials, createAwsCredentials } from '../tokens/aws-credentials.ts';
import type { Surroundings } from './surroundings.ts';

/** What says that the credentials are over, before the time that they came with. */
const expired = /^(ExpiredToken|ExpiredTokenException|UnrecognizedClientException|InvalidSignatureException)$/;
const passing = /^(ThrottlingException|InternalServiceError|ServiceUnavailable|RequestLimitExceeded)$/;

/** Secrets of AWS Secrets Manager: a key is the name or the ARN of one, and its version is the current one. */
export function createAwsBackend({ region, endpoint }: SecretSourceKinds['aws'], around: Surroundings): SecretBackend {
  const credentials = createAwsCredentials(region, around);
  const url = endpoint ?? `https://secretsmanager.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

  const ask = async (key: string): Promise<SourceAnswer> => {
    const body = JSON.stringify({ SecretId: key });
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      ...(await signature(url, body, region, await credentials.get())),
    };
    return await sendRequest({ url, method: 'POST', headers, body, timeoutMs: around.timeoutMs });
  };

  return {
    place: `AWS Secrets Manager, ${region}`,
    async read(key) {
      const answer = await askAnew(
        () => ask(key),
        (told) => expired.test(kindOf(told)),
        credentials.forget,
      );
      if (answer.status !== 200) return refusedOrNothing(answer, key);
      const told = objectOf(answer);
      const text = textAt(told, 'SecretString');
      if (text !== null) return text;
      const bytes = textAt(told, 'SecretBinary');
      if (bytes === null) throw strangeAnswer('SecretString');
      return Buffer.from(bytes, 'base64').toString('utf8');
    },
  };
}

/** The headers of AWS Signature Version 4. */
async function signature(url: string, body: string, region: string, credentials: AwsCredentials) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new AwsV4Signer({
    method: 'POST',
    url,
    body,
    region,
    service: 'secretsmanager',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
  });
  return Object.fromEntries((await signer.sign()).headers);
}

/** `com.amazonaws.secretsmanager#ResourceNotFoundException` → `ResourceNotFoundException`; '' where all went well. */
function kindOf(answer: SourceAnswer): string {
  if (answer.status === 200) return '';
  const told = textAt(objectOf(answer), '__type') ?? '';
  return told.slice(told.indexOf('#') + 1);
}

function refusedOrNothing(answer: SourceAnswer, key: string): null {
  const kind = kindOf(answer);
  if (kind === 'ResourceNotFoundException') return null;
  const told = objectOf(answer);
  const said = `${kind} ${textAt(told, 'message') ?? textAt(told, 'Message') ?? ''}`.trim();
  const status = passing.test(kind) ? 503 : answer.status;
  throw failureOf(
    { ...answer, status },
    said,
    `The role of the server must be allowed secretsmanager:GetSecretValue on ${key}, and kms:Decrypt where a key of yours seals it.`,
  );
}
