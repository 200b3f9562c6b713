import type { Instant, Role } from '@millrace/core';
import type { Account, ApiKey, Binding, LinkedIdentity, OneTimeLink, Session, SessionTokens } from '../ports/index.ts';
import type { LoginRequestEntry } from './login-request-store.ts';

export type SessionEntry = {
  session: Session;
  tokens: SessionTokens;
  accessUntil: Instant;
  ended: boolean;
  /** Refresh tokens that were used, with when. */
  readonly spent: Map<string, Instant>;
};

/** Accounts, what they may do, and how they show who they are. */
export type PeopleState = {
  readonly accounts: Map<string, Account>;
  readonly groups: Map<string, { description: string; readonly members: Set<string> }>;
  readonly roles: Map<string, Role>;
  /** By their canonical text. */
  readonly bindings: Map<string, Binding>;
  readonly sessions: Map<string, SessionEntry>;
  readonly apiKeys: Map<string, { key: ApiKey; readonly hash: string }>;
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
  identities: new Map(),
  loginRequests: new Map(),
  links: new Map(),
  tries: new Map(),
});
