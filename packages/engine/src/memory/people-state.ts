import type { Instant, Role } from '@millrace/core';
import type {
  Account,
  ApiKey,
  Binding,
  JoinedWorker,
  JoinToken,
  LinkedIdentity,
  OneTimeLink,
  Session,
  SessionTokens,
} from '../ports/index.ts';
import type { LoginRequestEntry } from './login-request-store.ts';

export type SessionEntry = {
  session: Session;
  tokens: SessionTokens;
  accessUntil: Instant;
  ended: boolean;
  /** Refresh tokens that were used, with when. */
  readonly spent: Map<string, Instant>;
};

export type JoinedEntry = {
  worker: JoinedWorker;
  hash: string;
  previous: Readonly<{ hash: string; until: Instant }> | null;
};

/** Accounts, what they may do, and how they show who they are; workers that joined as well. */
export type PeopleState = {
  readonly accounts: Map<string, Account>;
  readonly groups: Map<string, { description: string; readonly members: Set<string> }>;
  readonly roles: Map<string, Role>;
  /** By their canonical text. */
  readonly bindings: Map<string, Binding>;
  readonly sessions: Map<string, SessionEntry>;
  readonly apiKeys: Map<string, { key: ApiKey; readonly hash: string }>;
  readonly joinTokens: Map<string, { token: JoinToken; readonly hash: string }>;
  readonly joined: Map<string, JoinedEntry>;
  /** By issuer and subject. */
  readonly identities: Map<string, LinkedIdentity>;
  /** By their challenge. */
  readonly loginRequests: Map<string, LoginRequestEntry>;
  readonly links: Map<string, Readonly<{ link: OneTimeLink; until: Instant }>>;
  readonly tries: Map<string, Readonly<{ from: Instant; count: number }>>;
};

export const createPeopleState = (): PeopleState => ({
  accounts: new Map(),
  groups: new Map(),
  roles: new Map(),
  bindings: new Map(),
  sessions: new Map(),
  apiKeys: new Map(),
  joinTokens: new Map(),
  joined: new Map(),
  identities: new Map(),
  loginRequests: new Map(),
  links: new Map(),
  tries: new Map(),
});
