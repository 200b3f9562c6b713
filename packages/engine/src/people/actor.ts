import { type AttemptClaims, type Authority, builtInRoles, type Role } from '@millrace/core';
import type { Account } from '../ports/account-store.ts';
import type { ApiKey } from '../ports/api-key-store.ts';
import type { Holdings } from '../ports/role-store.ts';

/** Who makes a request, and what he may do. */
export type Actor = Readonly<{
  /** The account's name, which stands for it in runs, approvals and the audit log. */
  name: string;
  displayName: string;
  /**
   * `local`: whoever is on this machine, where no sign-in is asked for. `token`: whoever has the server's own token. `attempt`: a
   * process of a step that may call the API.
   */
  kind: 'user' | 'service' | 'local' | 'token' | 'attempt';
  groups: readonly string[];
  authority: Authority;
  /** How it was shown: the session, or the id of the API key. */
  session: string | null;
  apiKey: string | null;
  /** The attempt that calls; null: somebody else does. */
  attempt: ShownAttempt | null;
}>;

export type ShownAttempt = Readonly<{ claims: AttemptClaims; workspace: string; step: string }>;

const admin: Role | undefined = builtInRoles.find(({ name }) => name === 'admin');

/** Whoever needs no account: he may do everything. */
export function rootActor(kind: 'local' | 'token'): Actor {
  const name = kind === 'local' ? 'local' : 'api-token';
  const roles = admin === undefined ? [] : [{ role: admin, where: {} }];
  return {
    name,
    displayName: kind === 'local' ? 'This machine' : 'Holder of the API token',
    kind,
    groups: [],
    authority: { actor: name, roles, scopes: null },
    session: null,
    apiKey: null,
    attempt: null,
  };
}

/** It has no role, so that whatever asks for a permission refuses it; what it may do is told by the server alone. */
export function attemptActor(attempt: ShownAttempt): Actor {
  const { claims, step } = attempt;
  // No account is called so: their names have no colon.
  const name = `attempt:${claims.ref.run}/${step}`;
  return {
    name,
    displayName: `Step ${step} of run ${claims.ref.run}`,
    kind: 'attempt',
    groups: [],
    authority: { actor: name, roles: [], scopes: null },
    session: null,
    apiKey: null,
    attempt,
  };
}

export function actorOf(
  { name, displayName, kind }: Account,
  { groups, bindings, roles }: Holdings,
  shown: Readonly<{ session: string } | { apiKey: ApiKey }>,
): Actor {
  const known = new Map<string, Role>([...roles, ...builtInRoles].map((role) => [role.name, role]));
  // A binding to a role that is gone, or not made yet, gives nothing.
  const bound = bindings.flatMap(({ role: named, where }) => {
    const role = known.get(named);
    return role === undefined ? [] : [{ role, where }];
  });
  const key = 'apiKey' in shown ? shown.apiKey : null;
  return {
    name,
    displayName,
    kind,
    groups,
    authority: { actor: name, roles: bound, scopes: key?.scopes ?? null },
    session: 'session' in shown ? shown.session : null,
    apiKey: key?.id ?? null,
    attempt: null,
  };
}
