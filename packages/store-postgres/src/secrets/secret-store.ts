import type { SecretStore, StoredSecret } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const putSecret = readStatement(import.meta.url, 'put-secret');
const getSecret = readStatement(import.meta.url, 'get-secret');
const listSecrets = readStatement(import.meta.url, 'list-secrets');
const removeSecret = readStatement(import.meta.url, 'remove-secret');
const resealSecret = readStatement(import.meta.url, 'reseal-secret');

type SecretRow = Readonly<{
  workspace: string;
  name: string;
  key_id: string;
  envelope: string;
  updated_at: string;
  updated_by: string;
}>;

export function createSecretStore(database: Database): SecretStore {
  return {
    async put({ workspace, name, keyId, envelope, updatedBy }) {
      await database.query(putSecret, [workspace, name, keyId, envelope, updatedBy]);
    },
    async get(workspace, name) {
      const [row] = await database.query<SecretRow>(getSecret, [workspace, name]);
      return row === undefined ? null : decodeSecret(row);
    },
    async list(workspace) {
      return (await database.query<SecretRow>(listSecrets, [workspace])).map(decodeSecret);
    },
    async remove(workspace, name) {
      return (await database.query(removeSecret, [workspace, name])).length > 0;
    },
    async reseal({ workspace, name, envelope }, sealed) {
      const values = [workspace, name, envelope, sealed.keyId, sealed.envelope];
      return (await database.query(resealSecret, values)).length > 0;
    },
  };
}

const decodeSecret = (row: SecretRow): StoredSecret => ({
  workspace: row.workspace,
  name: row.name,
  keyId: row.key_id,
  envelope: row.envelope,
  updatedAt: Number(row.updated_at),
  updatedBy: row.updated_by,
});
