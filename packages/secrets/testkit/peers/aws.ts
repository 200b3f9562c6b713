import { createHash, createHmac } from 'node:crypto';
import type { JsonObject } from '@millrace/core';
import { type FakeAnswer, type FakeRequest, startFakeServer } from '../fake-server.ts';
import type { StartPeer } from '../secret-peer.ts';
import { createWrapping } from '../wrapping.ts';

const keyId = 'AKIDEXAMPLE';
const secretKey = 'aws-secret-access-key-of-the-test';
const sessionToken = 'aws-session-token-of-the-test';
const region = 'eu-central-1';
const kmsKey = 'alias/millrace';
const context = { app: 'millrace' };
const refused = (type: string, message: string): FakeAnswer => ({ status: 400, body: { __type: type, message } });

/**
 * Stands for AWS Secrets Manager and KMS: `GetSecretValue` and `Decrypt` of their JSON protocol. Requests must be signed; what a signature must be is
 * computed here from the description of Signature Version 4, and not by what signs them.
 */
export const awsPeer: StartPeer = async () => {
  const secrets = new Map<string, string>();
  const wrapping = createWrapping();
  const decrypt = ({ CiphertextBlob: blob, KeyId: key, EncryptionContext: bound }: JsonObject): FakeAnswer => {
    if (key !== kmsKey) return refused('NotFoundException', `Alias ${key} is not found.`);
    const opened = wrapping.unwrap(Buffer.from(String(blob), 'base64'), JSON.stringify(bound ?? null));
    if (opened === null) return refused('InvalidCiphertextException', '');
    return { status: 200, body: { KeyId: kmsKey, Plaintext: opened.toString('base64') } };
  };
  const server = await startFakeServer(
    (request) => {
      const wrong = wrongSignature(request);
      if (wrong !== null) return refused('InvalidSignatureException', wrong);
      if (request.headers['x-amz-security-token'] !== sessionToken) {
        return refused('UnrecognizedClientException', 'The security token included in the request is invalid.');
      }
      const asked = JSON.parse(request.body) as JsonObject;
      if (request.headers['x-amz-target'] === 'TrentService.Decrypt') return decrypt(asked);
      if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
        return refused('UnknownOperationException', '');
      const { SecretId: id } = asked;
      const value = secrets.get(String(id));
      if (value === undefined) {
        return refused('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      return {
        status: 200,
        body: { Name: String(id), VersionId: '1', SecretString: value, VersionStages: ['AWSCURRENT'] },
      };
    },
    { refusal: refused('com.amazon.coral.service#AccessDeniedException', 'User is not authorized to perform this.') },
  );
  return {
    written: { type: 'aws', region, endpoint: server.url },
    environment: { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secretKey, AWS_SESSION_TOKEN: sessionToken },
    credentials: [secretKey, sessionToken],
    put: (key, value) => void secrets.set(key, typeof value === 'string' ? value : JSON.stringify(value)),
    keys: {
      written: { type: 'aws', region, key: kmsKey, context, endpoint: server.url },
      wrap: (key) => wrapping.wrap(key, JSON.stringify(context)).toString('base64'),
    },
    server,
    stop: server.stop,
  };
};

/** null: it is right. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function wrongSignature({ method, path, query, headers, body }: FakeRequest): string | null {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, credential = '', signed = '', signature] = pattern.exec(headers.authorization ?? '') ?? [];
  const time = headers['x-amz-date'] ?? '';
  const day = time.slice(0, 8);
  const service = headers['x-amz-target']?.startsWith('TrentService.') ? 'kms' : 'secretsmanager';
  const scope = `${day}/${region}/${service}/aws4_request`;
  if (credential !== `${keyId}/${scope}`) return `Credential should be scoped to ${scope}.`;
  for (const header of ['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token']) {
    if (!signed.split(';').includes(header)) return `${header} must be signed.`;
  }
  const canonical = [
    method,
    path,
    [...query].sort().join('&'),
    ...signed.split(';').map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signed,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    Buffer.from(`AWS4${secretKey}`),
  );
  const expected = createHmac('sha256', key).update(toSign).digest('hex');
  return signature === expected
    ? null
    : 'The request signature we calculated does not match the signature you provided.';
}
