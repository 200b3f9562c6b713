import type { IdentityStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const findIdentity = readStatement(import.meta.url, 'find-identity');
const linkIdentity = readStatement(import.meta.url, 'link-identity');
const unlinkIdentity = readStatement(import.meta.url, 'unlink-identity');
const identitiesOf = readStatement(import.meta.url, 'identities-of');

type IdentityRow = Readonly<{ issuer: string; subject: string; account: string; provider: string; linked_at: string }>;

export function createIdentityStore(database: Database): IdentityStore {
  return {
    async find({ issuer, subject }) {
      const [row] = await database.query<{ account: string }>(findIdentity, [issuer, subject]);
      return row?.account ?? null;
    },
    async link({ issuer, subject, account, provider }) {
      return (await database.query(linkIdentity, [issuer, subject, account, provider])).length > 0;
    },
    async unlink({ issuer, subject, account }) {
      return (await database.query(unlinkIdentity, [issuer, subject, account])).length > 0;
    },
    async of(account) {
      const rows = await database.query<IdentityRow>(identitiesOf, [account]);
      return rows.map(({ linked_at, ...identity }) => ({ ...identity, linkedAt: Number(linked_at) }));
    },
  };
}
