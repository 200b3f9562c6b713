// The peer that stands for Vault is a fake of ours, so a client of others is asked whether it is one: node-vault logs in, writes and
// reads, and checks the answers by schemas of its own; what it wrote and encrypted, our sources and keys find.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadServerConfig } from '@millrace/definition';
import { parseSecretKeys } from '@millrace/engine';
import openVault from 'node-vault';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SecretPeer, vaultPeer } from '../testkit/index.ts';
import { createSecretSources } from './create-secret-sources.ts';
import { createSecretKeys } from './keys/create-secret-keys.ts';

let folder: string;
let peer: SecretPeer;
let client: openVault.client;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-vault-'));
  peer = await vaultPeer('approle')(folder);
  const ca = readFileSync(join(folder, 'vault-ca.pem'), 'utf8');
  const headers = { 'X-Vault-Request': 'true' };
  const endpoint = peer.server?.url ?? '';
  client = openVault({ endpoint, namespace: 'platform', requestOptions: { ca, headers } as openVault.Option });
  const secretId = peer.environment.VAULT_SECRET_ID ?? '';
  const { auth } = await client.approleLogin({ role_id: 'millrace', secret_id: secretId });
  client.token = auth.client_token;
});
afterEach(async () => {
  await peer.stop();
  rmSync(folder, { recursive: true, force: true });
});

const configOf = (section: object) => {
  const { config, diagnostics } = loadServerConfig({ path: 'millrace.yaml', text: JSON.stringify(section) });
  expect(diagnostics).toEqual([]);
  return config;
};

it('what node-vault writes into a key-value engine is read by it and by us, and it is refused as we are', async () => {
  const data = { user: 'etl', password: 'hunter2 "ä"/+' };
  await client.write('kv/data/prod/db', { data });
  expect((await client.read('kv/data/prod/db')).data.data).toEqual(data);
  await expect(client.read('kv/data/nowhere')).rejects.toMatchObject({ response: { statusCode: 404 } });
  await expect(client.approleLogin({ role_id: 'millrace', secret_id: 'wrong' })).rejects.toThrow('invalid role');
  const config = configOf({
    secret_sources: { team: { ...peer.written, names: { p: { key: 'prod/db', field: 'password' } } } },
  });
  const [source] = createSecretSources(config?.secretSources ?? [], { environment: peer.environment });
  expect(await source?.resolve({ workspace: 'main', name: 'p' })).toBe(data.password);
  client.token = 'not-a-token';
  await expect(client.read('kv/data/prod/db')).rejects.toThrow('permission denied');
});

it('what node-vault has a transit engine encrypt, we have it unwrap', async () => {
  const key = randomBytes(32);
  const { data } = await client.encryptData({ name: 'millrace', plaintext: key.toString('base64') });
  const decrypted = await client.decryptData({ name: 'millrace', ciphertext: data.ciphertext });
  expect(decrypted.data.plaintext).toBe(key.toString('base64'));
  const config = configOf({ secret_keys: { k: { ...peer.keys?.written, wrapped: data.ciphertext } } });
  const read = createSecretKeys(config?.secretKeys ?? [], { environment: peer.environment });
  // Our login has ended the token of the client, as a lease that is over would.
  expect(await read()).toEqual(parseSecretKeys(key.toString('base64'), 'the key'));
});
