import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { JsonObject } from '@millrace/core';
import { type FakeAnswer, startFakeServer } from '../fake-server.ts';
import type { StartPeer } from '../secret-peer.ts';

const clientSecret = 'azure-client-secret-of-the-test';
const token = 'azure-access-token-of-the-test';
const auth = { tenant: 'contoso', client_id: 'millrace', client_secret_env: 'AZURE_SECRET' };
const refused = (status: number, code: string, message: string): FakeAnswer => ({
  status,
  body: { error: { code, message } },
});

/** Stands for an Azure Key Vault with secrets and a key, and for the Microsoft Entra tenant that gives an application its token. */
export const azurePeer: StartPeer = async () => {
  const secrets = new Map<string, string>();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const padded = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const server = await startFakeServer(
    ({ method, path, query, headers, body }) => {
      if (method === 'POST' && path === '/contoso/oauth2/v2.0/token') {
        const form = new URLSearchParams(body);
        const isRight =
          form.get('grant_type') === 'client_credentials' &&
          form.get('client_id') === 'millrace' &&
          form.get('client_secret') === clientSecret &&
          form.get('scope') === 'https://vault.azure.net/.default';
        return isRight
          ? { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } }
          : {
              status: 401,
              body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret.' },
            };
      }
      if (headers.authorization !== `Bearer ${token}`) return refused(401, 'Unauthorized', 'AKV10000: no token');
      if (method === 'POST' && path === '/keys/millrace/0123abcd/unwrapkey' && query.get('api-version') === '7.4') {
        const { alg, value } = JSON.parse(body) as JsonObject;
        if (alg !== 'RSA-OAEP-256' || !/^[\w-]+$/.test(String(value)))
          return refused(400, 'BadParameter', 'Wrong request.');
        try {
          const opened = privateDecrypt({ key: privateKey, ...padded }, Buffer.from(String(value), 'base64url'));
          return {
            status: 200,
            body: { kid: 'https://vault/keys/millrace/0123abcd', value: opened.toString('base64url') },
          };
        } catch {
          return refused(400, 'BadParameter', 'The parameter is incorrect.');
        }
      }
      const [, name] = /^\/secrets\/([0-9a-zA-Z-]+)$/.exec(path) ?? [];
      if (query.get('api-version') !== '7.4' || name === undefined)
        return refused(400, 'BadParameter', 'Wrong request.');
      const value = secrets.get(name);
      if (value === undefined) return refused(404, 'SecretNotFound', `A secret with (name/id) ${name} was not found.`);
      return { status: 200, body: { id: `https://vault/secrets/${name}/1`, value, attributes: { enabled: true } } };
    },
    { refusal: refused(403, 'Forbidden', 'The user does not have secrets get permission.') },
  );
  return {
    written: {
      type: 'azure',
      vault: server.url,
      auth,
    },
    environment: { AZURE_SECRET: clientSecret, AZURE_AUTHORITY_HOST: server.url },
    credentials: [clientSecret, token],
    put(key, value) {
      if (!/^[0-9a-zA-Z-]+$/.test(key)) throw new Error(`Key Vault takes no secret of the name ${key}.`);
      secrets.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    },
    keys: {
      written: { type: 'azure', vault: server.url, key: 'millrace/0123abcd', auth },
      wrap: (key) => publicEncrypt({ key: publicKey, ...padded }, key).toString('base64url'),
    },
    server,
    stop: server.stop,
  };
};
