// Who may change what others may do.
//
// A permission such as `role:change` opens the door; these rules hold behind it, so that nobody gets more by it than he has:
//
// 1. Nobody gives away, or takes away, what he has not himself. Whoever binds a role (or takes it away, or writes it, or
//    changes who is in a group that has it) must himself have each permission that it speaks of, wherever it does. That
//    goes for what it denies as well: else a denial could be bound to an administrator, or be taken from oneself.
// 2. Nobody lays hands on somebody who may do more than he himself: no new password, no key, no end of sessions, no
//    disabling. Whoever can sign in as somebody may do what that one may.
// 3. A key makes no key that may more, or lives longer, than itself; and keys of people are made by these people alone, so
//    that nobody answers in the name of another.
//
// What counts is what the caller may do with what he showed: of an API key, only what lies within its scopes. An
// administrator without denials may do everything, so none of this ever stops him.
import {
  type Authority,
  firstBeyond,
  firstNotHeld,
  type Grant,
  includesScopes,
  MillraceError,
  type Permission,
  type Role,
  type Selector,
} from '@millrace/core';
import type { Account } from '../../ports/account-store.ts';
import type { ApiKey } from '../../ports/api-key-store.ts';
import type { Binding } from '../../ports/role-store.ts';
import type { Actor } from '../actor.ts';
import { authorityOf, type Everybody, roleNamed } from '../everybody.ts';

/** No account has this name, so `own` of a group's role is covered only by what has no such bound. */
const nobody = '\u0000';

/** Throws `forbidden` when the account may do something that the caller may not (rule 2). */
export function checkAccount({ authority }: Actor, everybody: Everybody, { name, disabled }: Account): void {
  // A disabled account is judged by what it could do: enabling it would give it back.
  const beyond = firstBeyond(authority, authorityOf(everybody, name));
  if (beyond === null) return;
  throw new MillraceError(
    'forbidden',
    `${name} ${disabled ? 'could' : 'may'} do something that you may not: ${beyond}, or more of it.`,
    { hint: 'Only somebody who may do all of it can change this account. Ask an administrator.' },
  );
}

/** Throws `forbidden` when the caller has not all that a role speaks of, where it is bound (rule 1). */
export function checkBinding({ authority }: Actor, role: Role, { subject, where }: Binding): void {
  const beyond = firstNotHeld(authority, role.grants, where, subject.kind === 'account' ? subject.name : nobody);
  if (beyond !== null) throw notHeld(`the role ${role.name}`, beyond, where);
}

/** Throws `forbidden` when the caller has not all that a role speaks of, anywhere: it may be bound anywhere (rule 1). */
export function checkRole({ authority }: Actor, { name, grants }: Role): void {
  const beyond = firstNotHeld(authority, grants, {}, nobody);
  if (beyond !== null) throw notHeld(`the role ${name}`, beyond, {});
}

/** Throws `forbidden` when the caller has not all that the group has (rule 1). */
export function checkGroup(actor: Actor, everybody: Everybody, group: string): void {
  for (const binding of everybody.bindings) {
    if (binding.subject.kind !== 'group' || binding.subject.name !== group) continue;
    const role = roleNamed(everybody, binding.role);
    if (role !== null) checkBinding(actor, role, binding);
  }
}

type KeyRequest = Readonly<{ scopes: readonly Grant[] | null; lifeMs: number | null }>;

/** Throws `forbidden` when a key would do more than the caller may, or than the key that he showed (rule 3). */
export function checkNewKey(
  actor: Actor,
  everybody: Everybody,
  account: Account,
  { scopes, lifeMs }: KeyRequest,
  shown: ApiKey | null,
  now: number,
): void {
  if (account.name !== actor.name) {
    if (account.kind === 'user') {
      throw new MillraceError('forbidden', `API keys of ${account.name} are made by ${account.name} alone.`, {
        hint: 'Make a service account for a program, and a key of that: millrace service-account add.',
      });
    }
    const keyed: Authority = { ...authorityOf(everybody, account.name), scopes };
    const beyond = firstBeyond(actor.authority, keyed);
    if (beyond !== null) throw notHeld(`a key of ${account.name}`, beyond, {});
    return;
  }
  if (shown === null) return;
  if (!includesScopes(shown.scopes, scopes)) {
    throw new MillraceError('forbidden', 'The new key would do more than the one that you showed.', {
      hint: 'Give it scopes that lie within those of your key, or sign in and make it then.',
    });
  }
  if (shown.until === null || (lifeMs !== null && now + lifeMs <= shown.until)) return;
  throw new MillraceError('forbidden', 'The new key would live longer than the one that you showed.', {
    hint: 'Let it expire earlier, or sign in and make it then.',
  });
}

function notHeld(what: string, beyond: Permission, where: Selector): MillraceError {
  const place = placeText(where);
  return new MillraceError('forbidden', `You cannot give or take ${what}: you have not ${beyond} yourself${place}.`, {
    hint: 'Nobody gives away more than he has, wherever it would count. Ask an administrator.',
  });
}

function placeText({ workspace, name, folder, label, own }: Selector): string {
  const parts = [
    ...(workspace === undefined ? [] : [`workspace ${workspace}`]),
    ...(name === undefined ? [] : [`name ${name}`]),
    ...(folder === undefined ? [] : [`folder ${folder}`]),
    ...(label === undefined ? [] : [`label ${label}`]),
    ...(own === undefined ? [] : ['what is their own']),
  ];
  return parts.length === 0 ? ' everywhere that it counts' : ` where it would count (${parts.join(', ')})`;
}
