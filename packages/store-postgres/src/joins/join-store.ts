import type { WorkerBounds } from '@millrace/core';
import type { JoinedWorker, JoinStore, JoinToken, ShownToken } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { decodeTime } from '../runs/run-rows.ts';

const addJoinToken = readStatement(import.meta.url, 'add-join-token');
const getJoinToken = readStatement(import.meta.url, 'get-join-token');
const listJoinTokens = readStatement(import.meta.url, 'list-join-tokens');
const removeJoinToken = readStatement(import.meta.url, 'remove-join-token');
const joinWorker = readStatement(import.meta.url, 'join-worker');
const shownWorkerToken = readStatement(import.meta.url, 'shown-worker-token');
const tokenHashes = readStatement(import.meta.url, 'token-hashes');
const rotateWorkerToken = readStatement(import.meta.url, 'rotate-worker-token');
const revokeWorker = readStatement(import.meta.url, 'revoke-worker');
const listJoined = readStatement(import.meta.url, 'list-joined');

/** How old what is noted of the last use may be. */
const noteMs = 60_000;

type JoinTokenRow = Readonly<{
  id: string;
  name: string;
  bounds: string;
  created_at: string;
  created_by: string;
  until: string | null;
  most_uses: number | null;
  uses: number;
  used_at: string | null;
}>;

type JoinedRow = Readonly<{
  id: string;
  name: string;
  bounds: string;
  join_token: string;
  joined_at: string;
  used_at: string;
  rotated_at: string;
  revoked_at: string | null;
  revoked_by: string | null;
}>;

type HashesRow = Readonly<{ hash: string; previous_hash: string | null; previous_until: string | null }>;

export function createJoinStore(database: Database): JoinStore {
  return {
    async addToken({ id, hash, name, bounds, createdBy, lifeMs, mostUses }) {
      const values = [id, hash, name, JSON.stringify(bounds), createdBy, lifeMs, mostUses];
      const [row] = await database.query<JoinTokenRow>(addJoinToken, values);
      if (row === undefined) throw new Error(`Join token ${id} was not stored.`);
      return decodeJoinToken(row);
    },
    async getToken(id) {
      const [row] = await database.query<JoinTokenRow>(getJoinToken, [id]);
      return row === undefined ? null : decodeJoinToken(row);
    },
    async tokens() {
      return (await database.query<JoinTokenRow>(listJoinTokens, [])).map(decodeJoinToken);
    },
    async removeToken(id) {
      return (await database.query(removeJoinToken, [id])).length > 0;
    },
    async join({ joinToken, worker, forgetMs }) {
      const values = [joinToken.id, joinToken.hash, worker.id, worker.hash, worker.name, forgetMs];
      const [row] = await database.query<JoinedRow>(joinWorker, values);
      return row === undefined ? null : decodeJoined(row);
    },
    async shown(id, hash) {
      const [row] = await database.query<JoinedRow & Readonly<{ shown: ShownToken['is'] }>>(shownWorkerToken, [
        id,
        hash,
        noteMs,
      ]);
      return row === undefined ? null : { worker: decodeJoined(row), is: row.shown };
    },
    async hashesOf(id) {
      const [row] = await database.query<HashesRow>(tokenHashes, [id]);
      if (row === undefined) return null;
      const { hash, previous_hash: previous, previous_until: until } = row;
      return { hash, previous: previous === null ? null : { hash: previous, until: Number(until) } };
    },
    async rotate(id, shownHash, newHash, overlapMs) {
      return (await database.query(rotateWorkerToken, [id, shownHash, newHash, overlapMs])).length > 0;
    },
    async revoke(id, by) {
      const [row] = await database.query<JoinedRow>(revokeWorker, [id, by]);
      return row === undefined ? null : decodeJoined(row);
    },
    async list(most) {
      return (await database.query<JoinedRow>(listJoined, [most])).map(decodeJoined);
    },
  };
}

const decodeJoinToken = (row: JoinTokenRow): JoinToken => ({
  id: row.id,
  name: row.name,
  bounds: decodeBounds(row.bounds),
  createdAt: Number(row.created_at),
  createdBy: row.created_by,
  until: decodeTime(row.until),
  mostUses: row.most_uses,
  uses: row.uses,
  usedAt: decodeTime(row.used_at),
});

const decodeJoined = (row: JoinedRow): JoinedWorker => ({
  id: row.id,
  name: row.name,
  bounds: decodeBounds(row.bounds),
  joinToken: row.join_token,
  joinedAt: Number(row.joined_at),
  usedAt: Number(row.used_at),
  rotatedAt: Number(row.rotated_at),
  revokedAt: decodeTime(row.revoked_at),
  revokedBy: row.revoked_by,
});

const decodeBounds = (text: string): WorkerBounds => JSON.parse(text) as WorkerBounds;
