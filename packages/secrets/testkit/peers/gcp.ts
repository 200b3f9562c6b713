import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { JsonObject } from '@millrace/core';
import { jwtVerify } from 'jose';
import { type FakeAnswer, startFakeServer } from '../fake-server.ts';
import type { StartPeer } from '../secret-peer.ts';
import { createWrapping } from '../wrapping.ts';

const token = 'google-access-token-of-the-test';
const kmsKey = 'projects/shop/locations/europe-west1/keyRings/millrace/cryptoKeys/secrets';
const email = 'millrace@shop.iam.gserviceaccount.com';
const refused = (code: number, status: string, message: string): FakeAnswer => ({
  status: code,
  body: { error: { code, status, message } },
});

/**
 * Stands for Google Secret Manager, Cloud KMS, and the server that gives tokens to service accounts: it checks the signature and the
 * claims of the assertion.
 */
export const gcpPeer: StartPeer = async (folder) => {
  const secrets = new Map<string, string>();
  const wrapping = createWrapping();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const server = await startFakeServer(
    async ({ method, path, headers, body }) => {
      if (method === 'POST' && path === '/token') {
        if (!(await isRight(new URLSearchParams(body).get('assertion') ?? ''))) {
          return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
        }
        return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
      }
      if (headers.authorization !== `Bearer ${token}`) {
        return refused(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
      }
      if (method === 'POST' && path === `/v1/${kmsKey}:decrypt`) {
        const { ciphertext } = JSON.parse(body) as JsonObject;
        const opened = wrapping.unwrap(Buffer.from(String(ciphertext), 'base64'));
        if (opened === null)
          return refused(400, 'INVALID_ARGUMENT', 'Decryption failed: verify that the key is right.');
        return { status: 200, body: { plaintext: opened.toString('base64'), usedPrimary: true } };
      }
      const [, name] = /^\/v1\/projects\/shop\/secrets\/([^/]+)\/versions\/latest:access$/.exec(path) ?? [];
      const value = name === undefined ? undefined : secrets.get(decodeURIComponent(name));
      if (value === undefined) return refused(404, 'NOT_FOUND', `Secret [projects/1/secrets/${name}] not found.`);
      const data = Buffer.from(value).toString('base64');
      return { status: 200, body: { name: `projects/1/secrets/${name}/versions/1`, payload: { data } } };
    },
    { refusal: refused(403, 'PERMISSION_DENIED', "Permission 'secretmanager.versions.access' denied") },
  );

  const isRight = async (assertion: string): Promise<boolean> => {
    const claims = { issuer: email, audience: `${server.url}/token` };
    const verified = await jwtVerify(assertion, publicKey, claims).catch(() => null);
    return verified?.payload.scope === 'https://www.googleapis.com/auth/cloud-platform';
  };
  const credentials = {
    type: 'service_account',
    private_key_id: 'k1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: email,
    token_uri: `${server.url}/token`,
  };
  writeFileSync(`${folder}/gcp.json`, JSON.stringify(credentials));
  return {
    written: { type: 'gcp', project: 'shop', credentials_file: `${folder}/gcp.json`, endpoint: server.url },
    environment: {},
    credentials: [token, String(credentials.private_key).slice(40, 100)],
    put: (key, value) => void secrets.set(key, typeof value === 'string' ? value : JSON.stringify(value)),
    keys: {
      written: { type: 'gcp', key: kmsKey, credentials_file: `${folder}/gcp.json`, endpoint: server.url },
      wrap: (key) => wrapping.wrap(key).toString('base64'),
    },
    server,
    stop: server.stop,
  };
};
