import {
  type ApiKey,
  type Group,
  type Identity,
  isoTime,
  isoTimeOrNull,
  type PasswordLink,
  type Role,
  type RoleBinding,
  type ServiceAccount,
  type Session,
  type User,
} from '@millrace/api';
import { type Instant, isBuiltInRole, type Role as StoredRole } from '@millrace/core';
import type {
  AccountDetail,
  Binding,
  IdentityLink,
  Group as StoredGroup,
  ApiKey as StoredKey,
  PasswordLink as StoredLink,
  Session as StoredSession,
} from '@millrace/engine';

export function presentUser(account: AccountDetail, now: Instant): User {
  const { passwordHash, signedInAt, lockedUntil } = account;
  return {
    ...presentServiceAccount(account),
    has_password: passwordHash !== null,
    signed_in_at: isoTimeOrNull(signedInAt),
    locked_until: lockedUntil !== null && lockedUntil > now ? isoTime(lockedUntil) : null,
  };
}

export function presentServiceAccount(account: AccountDetail): ServiceAccount {
  const { name, displayName, email, disabled, createdAt, createdBy, groups, bindings } = account;
  return {
    name,
    display_name: displayName,
    email,
    disabled,
    created_at: isoTime(createdAt),
    created_by: createdBy,
    groups: [...groups],
    roles: bindings.map(presentBinding),
  };
}

export const presentLink = ({ account, token, lifeMs }: StoredLink, now: Instant): PasswordLink => ({
  user: account,
  token,
  // After the `#`, which no browser sends: the token stands in no log of a proxy.
  path: `/set-password#${token}`,
  until: isoTime(now + lifeMs),
});

export const presentIdentity = ({ id, provider, issuer, subject, linkedAt }: IdentityLink): Identity => ({
  id,
  provider,
  issuer,
  subject,
  linked_at: isoTime(linkedAt),
});

export const presentSession = (session: StoredSession, current: string | null): Session => ({
  id: session.id,
  created_at: isoTime(session.createdAt),
  renewed_at: isoTime(session.renewedAt),
  until: isoTime(session.until),
  address: session.address,
  agent: session.agent,
  current: session.id === current,
});

export const presentGroup = ({ name, description, members }: StoredGroup): Group => ({
  name,
  description,
  members: [...members],
});

export const presentRole = ({ name, description, grants }: StoredRole): Role => ({
  name,
  description,
  built_in: isBuiltInRole(name),
  grants: [...grants],
});

export const presentBinding = ({ subject, role, where }: Binding): RoleBinding => ({
  account: subject.kind === 'account' ? subject.name : null,
  group: subject.kind === 'group' ? subject.name : null,
  role,
  where,
});

export const presentApiKey = (key: StoredKey, now: Instant): ApiKey => ({
  id: key.id,
  account: key.account,
  name: key.name,
  scopes: key.scopes === null ? null : [...key.scopes],
  created_at: isoTime(key.createdAt),
  created_by: key.createdBy,
  until: isoTimeOrNull(key.until),
  expired: key.until !== null && key.until <= now,
  used_at: isoTimeOrNull(key.usedAt),
});
