// HashiCorp Vault and OpenBao: the key-value engine, version 2 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2).
//
//   POST auth/{mount}/login  ─▶ token, for its time       (AppRole and Kubernetes; a token of one's own needs no login)
//   GET  {mount}/data/{key}  ─▶ data.data, the fields     404: nothing there, or its last version was deleted
//
// A token that is refused is got anew once: it may have been revoked before its time.
import type { JsonObject } from '@millrace/core';
import type { SecretSourceKinds } from '@millrace/definition';
import { askAnew } from '../requests/ask-anew.ts';
import { asObject, failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { readPlace, readSecretFile } from '../requests/read-place.ts';
import { type SourceAnswer, sendRequest } from '../requests/send-request.ts';
import type { SecretBackend } from '../secret-backend.ts';
import { createShortMemory, type Lasting } from '../tokens/short-memory.ts';
import { serviceAccountFolder } from './service-account.ts';
import type { Surroundings } from './surroundings.ts';

type VaultConfig = SecretSourceKinds['vault'];

/** Tokens are renewed before they end, so that none ends on its way. */
const usableShare = 0.8;

export function createVaultBackend(config: VaultConfig, { environment, now, timeoutMs }: Surroundings): SecretBackend {
  const { address, namespace, mount, auth, caFile } = config;
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
    const answer = await call(`auth/${encodePath(at)}/login`, null, credentials);
    const told = objectOf(answer);
    if (answer.status !== 200) {
      throw failureOf(
        answer,
        `${saidIn(told)} (at the login by ${at})`,
        'Check `auth` of the source, and the role in Vault.',
      );
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

  const ask = async (key: string): Promise<SourceAnswer> =>
    await call(`${encodePath(mount)}/data/${encodePath(key)}`, await token());

  return {
    place: `Vault ${address}, mount ${mount}${namespace === null ? '' : `, namespace ${namespace}`}`,
    async read(key) {
      const answer = await askAnew(
        () => ask(key),
        ({ status }) => status === 403 && auth.kind !== 'token',
        () => tokens.forget(''),
      );
      if (answer.status === 404) return nothingAt(answer);
      const told = objectOf(answer);
      if (answer.status !== 200) throw failureOf(answer, saidIn(told), hintFor(answer, `${mount}/data/${key}`));
      const fields = asObject(asObject(told?.data)?.data);
      if (fields === null) throw strangeAnswer('fields, as version 2 of the key-value engine gives them');
      return fields;
    },
  };
}

/** Vault says 404 for what is not there, and tells why where it is something else: no such mount, another version of it. */
function nothingAt(answer: SourceAnswer): null {
  const told = objectOf(answer);
  if (told === null) throw strangeAnswer('JSON');
  const said = saidIn(told);
  if (said === '') return null;
  throw failureOf(
    answer,
    said,
    'Check `mount` and `namespace` of the source: a key-value engine, version 2, must be there.',
  );
}

/** What Vault tells of an error. */
function saidIn(told: JsonObject | null): string {
  const errors = told?.errors;
  return Array.isArray(errors) ? errors.filter((one) => typeof one === 'string').join('; ') : '';
}

function hintFor({ status }: SourceAnswer, path: string): string {
  if (status === 403) return `Its policy must allow \`read\` on ${path}.`;
  if (status === 503) return 'Is it sealed? `vault status` tells.';
  return 'The log of Vault tells more.';
}

const encodePath = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');
