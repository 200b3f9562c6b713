import { type FakeAnswer, startFakeServer } from '../fake-server.ts';
import type { StartPeer } from '../secret-peer.ts';

const clientSecret = 'azure-client-secret-of-the-test';
const token = 'azure-access-token-of-the-test';
const refused = (status: number, code: string, message: string): FakeAnswer => ({
  status,
  body: { error: { code, message } },
});

/** Stands for an Azure Key Vault, and for the Microsoft Entra tenant that gives an application its token. */
export const azurePeer: StartPeer = async () => {
  const secrets = new Map<string, string>();
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
      auth: { tenant: 'contoso', client_id: 'millrace', client_secret_env: 'AZURE_SECRET' },
    },
    environment: { AZURE_SECRET: clientSecret, AZURE_AUTHORITY_HOST: server.url },
    credentials: [clientSecret, token],
    put(key, value) {
      if (!/^[0-9a-zA-Z-]+$/.test(key)) throw new Error(`Key Vault takes no secret of the name ${key}.`);
      secrets.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    },
    server,
    stop: server.stop,
  };
};
