// How HashiCorp Vault and OpenBao are asked, whatever of them: who the server is, and how errors are told.
//
//   POST auth/{mount}/login  ─▶ token, for its time       (AppRole and Kubernetes; a token of one's own needs no login)
//
// A token that is refused is got anew once: it may have been revoked before its time.
import type { JsonObject } from '@millrace/core';
import type { SecretSourceKinds } from '@millrace/definition';
import { serviceAccountFolder } from '../backends/service-account.ts';
import type { Surroundings } from '../backends/surroundings.ts';
import { createShortMemory, type Lasting } from '../tokens/short-memory.ts';
import { askAnew } from './ask-anew.ts';
import { asObject, failureOf, objectOf, strangeAnswer, textAt } from './read-answer.ts';
import { readPlace, readSecretFile } from './read-place.ts';
import { type SourceAnswer, sendRequest } from './send-request.ts';

type VaultAccess = Pick<SecretSourceKinds['vault'], 'address' | 'namespace' | 'auth' | 'caFile'>;

export type VaultClient = Readonly<{
  /** Reads at a path; with a body, writes to it. Whatever was answered, also what is no success. */
  ask(path: string, body?: JsonObject): Promise<SourceAnswer>;
}>;

/** Tokens are renewed before they end, so that none ends on its way. */
const usableShare = 0.8;

export function createVaultClient(access: VaultAccess, { environment, now, timeoutMs }: Surroundings): VaultClient {
  const { address, namespace, auth, caFile } = access;
  const tokens = createShortMemory<string>(now);

  const call = async (path: string, token: string | null, body?: JsonObject): Promise<SourceAnswer> =>
    await sendRequest({
      url: `${address.replace(/\/+$/, '')}/v1/${path}`,
      timeoutMs,
      headers: {
        'x-vault-request': 'true',
        ...(token === null ? {} : { 'x-vault-token': token }),
        ...(namespace === null ? {} : { 'x-vault-namespace': namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      ...(caFile === null ? {} : { ca: await readSecretFile(caFile, 'The certificates') }),
    });

  const logIn = async (at: string, credentials: JsonObject): Promise<Lasting<string>> => {
    const answer = await call(`auth/${encodeVaultPath(at)}/login`, null, credentials);
    const told = objectOf(answer);
    if (answer.status !== 200) {
      const said = `${saidByVault(told)} (at the login by ${at})`;
      throw failureOf(answer, said, 'Check `auth` in the configuration, and the role in Vault.');
    }
    const token = textAt(told, 'auth', 'client_token');
    if (token === null) throw strangeAnswer('token');
    const lease = asObject(told?.auth)?.lease_duration;
    // 0: it never ends.
    const seconds = typeof lease === 'number' && lease > 0 ? lease * usableShare : 3600;
    return { value: token, forMs: seconds * 1000 };
  };

  const token = async (): Promise<string> => {
    switch (auth.kind) {
      case 'token':
        return await readPlace(auth.from, 'The token', environment);
      case 'approle':
        return await tokens.get('', async () => {
          const secretId = await readPlace(auth.secretId, 'The secret id', environment);
          return await logIn(auth.mount, { role_id: auth.roleId, secret_id: secretId });
        });
      case 'kubernetes':
        return await tokens.get('', async () => {
          const file = auth.tokenFile ?? `${serviceAccountFolder}/token`;
          const jwt = await readSecretFile(file, 'The token of the service account');
          return await logIn(auth.mount, { role: auth.role, jwt });
        });
    }
  };

  return {
    ask: (path, body) =>
      askAnew(
        async () => call(path, await token(), body),
        ({ status }) => status === 403 && auth.kind !== 'token',
        () => tokens.forget(''),
      ),
  };
}

/** What Vault tells of an error. */
export function saidByVault(told: JsonObject | null): string {
  const errors = told?.errors;
  return Array.isArray(errors) ? errors.filter((one) => typeof one === 'string').join('; ') : '';
}

/** What to do where Vault says no. */
export function vaultHint({ status }: SourceAnswer, need: string): string {
  if (status === 403) return `Its policy must allow ${need}.`;
  if (status === 503) return 'Is it sealed? `vault status` tells.';
  return 'The log of Vault tells more.';
}

export const encodeVaultPath = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');
