import { PlanCache } from '../plans/plan-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Session } from '../ports/session-store.ts';
import type { Store } from '../ports/store.ts';
import { administratorsOf } from './administrators.ts';
import { readEverybody } from './everybody.ts';
import { createIdentify, type Identify } from './identify.ts';
import { createIdentifyAttempt } from './identify-attempt.ts';
import { createIdentityLinks, type IdentityLinks } from './identity-links.ts';
import { createLoginRequests, type LoginRequests } from './login-requests.ts';
import { type Accounts, createAccounts } from './manage-accounts.ts';
import { type ApiKeys, createApiKeys } from './manage-api-keys.ts';
import { createRoles, type Roles } from './manage-roles.ts';
import { createManagement, type Management } from './management/create-management.ts';
import { createOutsideSignIn, type OutsideSignIn } from './outside-sign-in.ts';
import { createSetUp, type SetUp } from './set-up.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** Who there is, how they show it, and what they may do. */
export type People = Readonly<{
  signIn: SignIn;
  /** By an outside provider. */
  outside: OutsideSignIn;
  /** Who of outside providers belongs to which account, by hand. */
  links: IdentityLinks;
  /** Of command lines that get their session by a browser. */
  logins: LoginRequests;
  identify: Identify;
  setUp: SetUp;
  accounts: Accounts;
  roles: Roles;
  apiKeys: ApiKeys;
  /** What one person changes about others, within what he may. */
  manage: Management;
  /** Those who may do everything, by name. */
  administrators(): Promise<readonly string[]>;
  /** false: it had ended. */
  signOut(session: string): Promise<boolean>;
}>;

export type PeopleOptions = Readonly<{
  store: Store;
  clock: Clock;
  /** Default: one of its own. */
  plans?: PlanCache;
  /** Told of a refresh token that came twice, after its session was ended. */
  onReuse?: (session: Session) => Promise<void>;
}>;

export function createPeople({ store, clock, plans = new PlanCache(store.plans), onReuse }: PeopleOptions): People {
  const { accounts: accountStore, sessions } = store;
  const signIn = createSignIn({ accounts: accountStore, sessions, clock, onReuse: onReuse ?? (async () => undefined) });
  const accounts = createAccounts(store);
  const roles = createRoles(store);
  const apiKeys = createApiKeys(store);
  const outside = createOutsideSignIn(store, signIn);
  const links = createIdentityLinks(store, accounts, outside);
  return {
    signIn,
    outside,
    links,
    logins: createLoginRequests({ accounts: accountStore, requests: store.loginRequests, signIn, now: store.now }),
    identify: createIdentify(store, createIdentifyAttempt({ ...store, plans, clock })),
    setUp: createSetUp(store, accounts, signIn),
    accounts,
    roles,
    apiKeys,
    manage: createManagement({ store, clock, accounts, roles, apiKeys, links }),
    administrators: async () => administratorsOf(await readEverybody(store)),
    signOut: (session) => sessions.end(session),
  };
}
