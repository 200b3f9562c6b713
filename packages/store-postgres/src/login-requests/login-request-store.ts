import type { LoginRequest, LoginRequestStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const addLoginRequest = readStatement(import.meta.url, 'add-login-request');
const forgetLoginRequests = readStatement(import.meta.url, 'forget-login-requests');
const findLoginRequest = readStatement(import.meta.url, 'find-login-request');
const answerLoginRequest = readStatement(import.meta.url, 'answer-login-request');
const takeLoginRequest = readStatement(import.meta.url, 'take-login-request');

type LoginRequestRow = Readonly<{
  challenge: string;
  code_hash: string;
  port: number | null;
  state: string | null;
  machine: string;
  address: string;
  created_at: string;
  until: string;
}>;
type Taken =
  | Readonly<{ outcome: 'allowed'; account: string; machine: string }>
  | Readonly<{ outcome: 'refused' | 'waiting' }>;

export function createLoginRequestStore(database: Database): LoginRequestStore {
  return {
    async add({ challenge, codeHash, callback, machine, address }, lifeMs) {
      await database.query(forgetLoginRequests, []);
      const { port = null, state = null } = callback ?? {};
      await database.query(addLoginRequest, [challenge, codeHash, port, state, machine, address, lifeMs]);
    },
    async find(codeHash) {
      const [row] = await database.query<LoginRequestRow>(findLoginRequest, [codeHash]);
      return row === undefined ? null : decode(row);
    },
    async answer(codeHash, { account, allowed, proofHash }) {
      const [row] = await database.query<LoginRequestRow>(answerLoginRequest, [codeHash, account, allowed, proofHash]);
      return row === undefined ? null : decode(row);
    },
    async take(challenge, proofHash) {
      const [row] = await database.query<Taken>(takeLoginRequest, [challenge, proofHash]);
      if (row === undefined) return { outcome: 'unknown' };
      if (row.outcome !== 'allowed') return { outcome: row.outcome };
      return { outcome: 'allowed', account: row.account, machine: row.machine };
    },
  };
}

const decode = (row: LoginRequestRow): LoginRequest => ({
  challenge: row.challenge,
  codeHash: row.code_hash,
  callback: row.port === null || row.state === null ? null : { port: row.port, state: row.state },
  machine: row.machine,
  address: row.address,
  createdAt: Number(row.created_at),
  until: Number(row.until),
});
