import type { Session, SessionStore } from '@millrace/engine';
import { type CallerRow, decodeCaller, readCallerStatement } from '../accounts/caller.ts';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const beginSession = readStatement(import.meta.url, 'begin-session');
const findSession = readCallerStatement(import.meta.url, 'find-session');
const renewSession = readStatement(import.meta.url, 'renew-session');
const endReusedSession = readStatement(import.meta.url, 'end-reused-session');
const endSession = readStatement(import.meta.url, 'end-session');
const endSessions = readStatement(import.meta.url, 'end-sessions');
const forgetSessions = readStatement(import.meta.url, 'forget-sessions');
const listSessions = readStatement(import.meta.url, 'list-sessions');

type SessionRow = Readonly<{
  id: string;
  account: string;
  created_at: string;
  renewed_at: string;
  until: string;
  address: string;
  agent: string;
}>;

export function createSessionStore(database: Database): SessionStore {
  return {
    async begin({ id, account, accessHash, accessMs, refreshHash, lifeMs, address, agent }) {
      await database.query(forgetSessions, [account]);
      const values = [id, account, accessHash, accessMs, refreshHash, lifeMs, address, agent];
      const [row] = await database.query<SessionRow>(beginSession, values);
      if (row === undefined) throw new Error(`Session ${id} was not stored.`);
      return decodeSession(row);
    },
    async find(accessHash) {
      const [row] = await database.query<SessionRow & CallerRow>(findSession, [accessHash]);
      return row === undefined ? null : { session: decodeSession(row), caller: decodeCaller(row) };
    },
    async renew(refreshHash, next, graceMs) {
      const values = [refreshHash, next.accessHash, next.accessMs, next.refreshHash];
      const [row] = await database.query<SessionRow>(renewSession, values);
      if (row !== undefined) return { outcome: 'renewed', session: decodeSession(row) };
      const [spent] = await database.query<SessionRow & Readonly<{ fresh: boolean }>>(endReusedSession, [
        refreshHash,
        graceMs,
      ]);
      if (spent === undefined) return { outcome: 'unknown' };
      return spent.fresh ? { outcome: 'just_spent' } : { outcome: 'reused', session: decodeSession(spent) };
    },
    async end(id) {
      return (await database.query(endSession, [id])).length > 0;
    },
    async endAll(account) {
      return (await database.query(endSessions, [account])).length;
    },
    async list(account) {
      return (await database.query<SessionRow>(listSessions, [account])).map(decodeSession);
    },
  };
}

const decodeSession = (row: SessionRow): Session => ({
  id: row.id,
  account: row.account,
  createdAt: Number(row.created_at),
  renewedAt: Number(row.renewed_at),
  until: Number(row.until),
  address: row.address,
  agent: row.agent,
});
