import type { Grant } from '@millrace/core';
import type { ApiKey, ApiKeyStore } from '@millrace/engine';
import { type CallerRow, decodeCaller, readCallerStatement } from '../accounts/caller.ts';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { decodeTime } from '../runs/run-rows.ts';

const addApiKey = readStatement(import.meta.url, 'add-api-key');
const useApiKey = readCallerStatement(import.meta.url, 'use-api-key');
const listApiKeys = readStatement(import.meta.url, 'list-api-keys');
const getApiKey = readStatement(import.meta.url, 'get-api-key');
const removeApiKey = readStatement(import.meta.url, 'remove-api-key');

/** How old what is noted of the last use may be. */
const noteMs = 60_000;

type ApiKeyRow = Readonly<{
  id: string;
  account: string;
  name: string;
  scopes: string | null;
  created_at: string;
  created_by: string;
  until: string | null;
  used_at: string | null;
}>;

export function createApiKeyStore(database: Database): ApiKeyStore {
  return {
    async add({ id, hash, account, name, scopes, createdBy, lifeMs }) {
      const stored = scopes === null ? null : JSON.stringify(scopes);
      const values = [id, hash, account, name, stored, createdBy, lifeMs];
      const [row] = await database.query<ApiKeyRow>(addApiKey, values);
      if (row === undefined) throw new Error(`API key ${id} was not stored.`);
      return decodeApiKey(row);
    },
    async use(id, hash) {
      const [row] = await database.query<ApiKeyRow & CallerRow>(useApiKey, [id, hash, noteMs]);
      return row === undefined ? null : { apiKey: decodeApiKey(row), caller: decodeCaller(row) };
    },
    async list(account) {
      return (await database.query<ApiKeyRow>(listApiKeys, [account])).map(decodeApiKey);
    },
    async get(id) {
      const [row] = await database.query<ApiKeyRow>(getApiKey, [id]);
      return row === undefined ? null : decodeApiKey(row);
    },
    async remove(id) {
      return (await database.query(removeApiKey, [id])).length > 0;
    },
  };
}

const decodeApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  account: row.account,
  name: row.name,
  scopes: row.scopes === null ? null : (JSON.parse(row.scopes) as readonly Grant[]),
  createdAt: Number(row.created_at),
  createdBy: row.created_by,
  until: decodeTime(row.until),
  usedAt: decodeTime(row.used_at),
});
