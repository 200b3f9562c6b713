// The JSON protocol of AWS, signed by Signature Version 4, for the few operations that are needed of each service.
import type { JsonObject } from '@millrace/core';
import { AwsV4Signer } from 'aws4fetch';
import type { Surroundings } from '../backends/surroundings.ts';
import type { SourceFailure } from '../source-failure.ts';
import { createAwsCredentials } from '../tokens/aws-credentials.ts';
import { askAnew } from './ask-anew.ts';
import { failureOf, objectOf, textAt } from './read-answer.ts';
import { type SourceAnswer, sendRequest } from './send-request.ts';

/** What says that the credentials are over, before the time that they came with. */
const expired = /^(ExpiredToken|ExpiredTokenException|UnrecognizedClientException|InvalidSignatureException)$/;
const passing =
  /^(ThrottlingException|InternalServiceError|ServiceUnavailable|RequestLimitExceeded|KMSInternalException|DependencyTimeoutException|KeyUnavailableException)$/;

type AwsService = Readonly<{
  region: string;
  /** As it stands in addresses and signatures: `kms`. */
  service: string;
  /** null: that of the service in the region. */
  endpoint: string | null;
}>;

export type AwsClient = Readonly<{
  /** Whatever was answered, also what is no success. */
  call(target: string, body: JsonObject): Promise<SourceAnswer>;
}>;

export function createAwsClient({ region, service, endpoint }: AwsService, around: Surroundings): AwsClient {
  const credentials = createAwsCredentials(region, around);
  const url = endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

  const ask = async (target: string, body: string): Promise<SourceAnswer> => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials.get();
    const signer = new AwsV4Signer({
      ...{ method: 'POST', url, body, region, service, headers, accessKeyId, secretAccessKey },
      ...(sessionToken === null ? {} : { sessionToken }),
    });
    const signed = Object.fromEntries((await signer.sign()).headers);
    return await sendRequest({
      url,
      method: 'POST',
      headers: { ...headers, ...signed },
      body,
      timeoutMs: around.timeoutMs,
    });
  };

  return {
    call: (target, body) =>
      askAnew(
        () => ask(target, JSON.stringify(body)),
        (told) => expired.test(awsErrorOf(told)),
        credentials.forget,
      ),
  };
}

/** `com.amazonaws.secretsmanager#ResourceNotFoundException` → `ResourceNotFoundException`; '' where all went well. */
export function awsErrorOf(answer: SourceAnswer): string {
  if (answer.status === 200) return '';
  const told = textAt(objectOf(answer), '__type') ?? '';
  return told.slice(told.indexOf('#') + 1);
}

export function awsFailureOf(answer: SourceAnswer, hint: string): SourceFailure {
  const kind = awsErrorOf(answer);
  const told = objectOf(answer);
  const said = `${kind} ${textAt(told, 'message') ?? textAt(told, 'Message') ?? ''}`.trim();
  return failureOf({ ...answer, status: passing.test(kind) ? 503 : answer.status }, said, hint);
}
