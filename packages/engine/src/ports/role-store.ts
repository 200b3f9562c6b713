import type { Role, Selector } from '@millrace/core';
import type { Account } from './account-store.ts';

export type Group = Readonly<{ name: string; description: string; members: readonly string[] }>;

/** Gives a role to an account or a group, wherever `where` says. */
export type Binding = Readonly<{
  subject: Readonly<{ kind: 'account' | 'group'; name: string }>;
  role: string;
  where: Selector;
}>;

/** What an account has, by itself and by its groups. */
export type Holdings = Readonly<{
  groups: readonly string[];
  bindings: readonly Binding[];
  /** Those of the bindings that people made. */
  roles: readonly Role[];
}>;

/** Who holds a session or an API key, and what he may do: as it stands at the moment at which he shows it. */
export type Caller = Readonly<{ account: Account; holdings: Holdings }>;

/** Groups, roles that people made, and who has which role. */
export type RoleStore = Readonly<{
  /** By name, members too. */
  groups(): Promise<readonly Group[]>;
  /** Makes it, or describes it anew; members stay. */
  putGroup(group: Readonly<{ name: string; description: string }>): Promise<void>;
  /** With its bindings. */
  removeGroup(name: string): Promise<boolean>;
  /** false: there is no such group or account. */
  addMember(group: string, account: string): Promise<boolean>;
  removeMember(group: string, account: string): Promise<boolean>;
  /** By name. */
  list(): Promise<readonly Role[]>;
  put(role: Role): Promise<void>;
  /** With its bindings. */
  remove(name: string): Promise<boolean>;
  /** By subject, role and place. */
  bindings(): Promise<readonly Binding[]>;
  /** The same one twice is one. */
  bind(binding: Binding): Promise<void>;
  unbind(binding: Binding): Promise<boolean>;
  /** Of one account, in one look. */
  holdings(account: string): Promise<Holdings>;
}>;
