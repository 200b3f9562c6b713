import { writeFileSync } from 'node:fs';
import type { Json, JsonObject } from '@millrace/core';
import { certificate, type FakeAnswer, type FakeRequest, startFakeServer } from '../fake-server.ts';
import type { SecretPeer, StartPeer } from '../secret-peer.ts';
import { createWrapping } from '../wrapping.ts';

const roleSecret = 'vault-secret-id-9f2c';
const serviceAccount = 'vault-service-account-jwt';
const denied: FakeAnswer = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };

type Auth = 'token' | 'approle' | 'kubernetes';

/**
 * Stands for Vault or OpenBao: a key-value engine, version 2, and a transit engine, below a namespace, by the documented HTTP API, with each way
 * to log in. Tokens of a login end after their lease, and by `trouble('refusing')`.
 */
export function vaultPeer(auth: Auth): StartPeer {
  return async (folder): Promise<SecretPeer> => {
    const secrets = new Map<string, Json>();
    const tokens = new Set(auth === 'token' ? ['vault-root-token-1'] : []);
    const wrapping = createWrapping();
    let logins = 0;

    const logIn = (body: JsonObject): FakeAnswer => {
      const isRight =
        auth === 'approle'
          ? body.role_id === 'millrace' && body.secret_id === roleSecret
          : body.role === 'millrace' && body.jwt === serviceAccount;
      if (!isRight) return { status: 400, body: { errors: ['invalid role or secret ID'] } };
      logins += 1;
      const token = `vault-token-${logins}`;
      tokens.clear();
      tokens.add(token);
      return { status: 200, body: { auth: { client_token: token, lease_duration: 1200, renewable: true } } };
    };

    const answer = ({ method, path, headers, body }: FakeRequest): FakeAnswer => {
      if (headers['x-vault-request'] !== 'true' || headers['x-vault-namespace'] !== 'platform') return denied;
      if (method === 'POST' && path === `/v1/auth/${auth}/login`) return logIn(JSON.parse(body) as JsonObject);
      if (!tokens.has(headers['x-vault-token'] ?? '')) return denied;
      if (method !== 'GET' && path === '/v1/transit/decrypt/millrace') {
        const { ciphertext } = JSON.parse(body) as JsonObject;
        const [, wrapped = ''] = /^vault:v1:(.+)$/.exec(String(ciphertext)) ?? [];
        const opened = wrapping.unwrap(Buffer.from(wrapped, 'base64'));
        if (opened === null) return { status: 400, body: { errors: ['cipher: message authentication failed'] } };
        return { status: 200, body: { data: { plaintext: opened.toString('base64') } } };
      }
      if (method !== 'GET' && path === '/v1/transit/encrypt/millrace') {
        const { plaintext } = JSON.parse(body) as JsonObject;
        const wrapped = wrapping.wrap(Buffer.from(String(plaintext), 'base64'));
        return {
          status: 200,
          body: { data: { ciphertext: `vault:v1:${wrapped.toString('base64')}`, key_version: 1 } },
        };
      }
      const [, key] = /^\/v1\/kv\/data\/(.+)$/.exec(path) ?? [];
      if (key === undefined) return { status: 404, body: { errors: [`no handler for route "${path}"`] } };
      const name = key.split('/').map(decodeURIComponent).join('/');
      if (method !== 'GET') {
        secrets.set(name, (JSON.parse(body) as JsonObject).data ?? null);
        return { status: 200, body: { data: { version: 1, destroyed: false } } };
      }
      const data = secrets.get(name);
      if (data === undefined) return { status: 404, body: { errors: [] } };
      return { status: 200, body: { data: { data, metadata: { version: 1, destroyed: false } } } };
    };

    const server = await startFakeServer(answer, { secure: true, refusal: denied });
    writeFileSync(`${folder}/vault-jwt`, serviceAccount);
    writeFileSync(`${folder}/vault-ca.pem`, certificate);
    const written = {
      token: { token_env: 'VAULT_TOKEN' },
      approle: { approle: { role_id: 'millrace', secret_id_env: 'VAULT_SECRET_ID' } },
      kubernetes: { kubernetes: { role: 'millrace', token_file: `${folder}/vault-jwt` } },
    }[auth];
    const access = {
      ...{ type: 'vault', address: server.url, namespace: 'platform' },
      ...{ ca_file: `${folder}/vault-ca.pem`, auth: written },
    };
    return {
      written: { ...access, mount: 'kv' },
      keys: {
        written: { ...access, key: 'millrace' },
        wrap: (key) => `vault:v1:${wrapping.wrap(key).toString('base64')}`,
      },
      environment: { VAULT_TOKEN: 'vault-root-token-1', VAULT_SECRET_ID: roleSecret },
      credentials: ['vault-root-token', roleSecret, serviceAccount, 'vault-token-'],
      put: (key, value) => void secrets.set(key, typeof value === 'string' ? { value } : value),
      server,
      stop: server.stop,
    };
  };
}
