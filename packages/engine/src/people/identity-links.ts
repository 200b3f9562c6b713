// A person who links somebody at an outside provider to his own account, and may sign in that way from then on.
//
//   who is signed in, his password ─▶ link of a few minutes ─▶ the provider makes sure of somebody, anew ─▶ linked
//
// Both are proved at that moment: the account by its password, which a session that somebody else got hold of does not
// have, and the other one by the provider. The link is good for the account that began it and for nobody else, so a browser that
// comes back in the hands of another user links nothing. Names and addresses prove nothing and are never looked at.
import { MillraceError } from '@millrace/core';
import type { LdapProvider, OutsideIdentity } from '../ports/identity-provider.ts';
import type { LinkedIdentity } from '../ports/identity-store.ts';
import type { Store } from '../ports/store.ts';
import type { Actor } from './actor.ts';
import type { Accounts } from './manage-accounts.ts';
import type { OutsideSignIn } from './outside-sign-in.ts';
import { ownAccount, ownSession } from './own-account.ts';
import { hashToken, newToken } from './tokens.ts';

/** `id` stands for issuer and subject in addresses. */
export type IdentityLink = LinkedIdentity & Readonly<{ id: string }>;

type Finish = Readonly<{ token: string; provider: string; prove: () => Promise<OutsideIdentity> }>;
type LinkDirectory = Readonly<{
  password: string;
  directory: LdapProvider;
  /** Of the person in the directory. */
  outside: Readonly<{ name: string; password: string }>;
  address: string;
}>;

export type IdentityLinks = Readonly<{
  /** By provider. Codes: not_found. */
  list(account: string): Promise<readonly IdentityLink[]>;
  /** The caller's own. Codes: not_found (no account). */
  own(actor: Actor): Promise<readonly IdentityLink[]>;
  /** Gives a token that `finish` takes. Codes: forbidden (an API key), sign_in_failed (the password), rate_limited. */
  begin(actor: Actor, password: string): Promise<string>;
  /** Codes: those of `prove`, sign_in_failed (the token), name_taken (it belongs to another account). */
  finish(actor: Actor, request: Finish): Promise<IdentityLink>;
  /** Codes: those of `begin` and of signing in by the directory, name_taken. */
  linkDirectory(actor: Actor, request: LinkDirectory): Promise<IdentityLink>;
  /** The caller's other sessions end. Codes: those of `begin`, not_found. */
  unlink(actor: Actor, id: string, password: string): Promise<IdentityLink>;
  /** Somebody's, whose sessions end. Whether the caller may is not asked here. Codes: not_found. */
  remove(account: string, id: string): Promise<IdentityLink>;
}>;

const lifeMs = 10 * 60_000;

export function createIdentityLinks(store: Store, accounts: Accounts, outside: OutsideSignIn): IdentityLinks {
  const { identities, sessions } = store;
  const list = async (account: string): Promise<readonly IdentityLink[]> => (await identities.of(account)).map(withId);

  /** The account, once it is known that whoever calls has its password. */
  async function prove(actor: Actor, password: string): Promise<string> {
    const account = ownSession(actor, 'change how an account is signed in to');
    await accounts.checkPassword(account, password);
    return account;
  }

  async function link(account: string, provider: string, { issuer, subject }: OutsideIdentity): Promise<IdentityLink> {
    await identities.link({ issuer, subject, account, provider });
    const linked = (await list(account)).find((one) => one.issuer === issuer && one.subject === subject);
    if (linked !== undefined) return linked;
    throw new MillraceError('name_taken', `This person of ${provider} has another account here.`, {
      hint: 'Sign in by the provider to see which; an administrator can take the link away: millrace user unlink.',
    });
  }

  async function take(account: string, id: string): Promise<IdentityLink> {
    const found = (await list(account)).find((one) => one.id === id);
    if (found !== undefined && (await identities.unlink({ ...found, account }))) return found;
    throw new MillraceError('not_found', `${account} is linked to nobody of this id (any more).`, {
      hint: 'millrace account show and millrace user show tell the ids.',
    });
  }

  return {
    list: async (name) => list((await accounts.get(name)).name),
    own: async (actor) => list(ownAccount(actor)),
    async begin(actor, password) {
      const account = await prove(actor, password);
      const token = newToken();
      await store.accounts.putLink({ hash: hashToken(token), purpose: 'link', account }, lifeMs);
      return token;
    },
    async finish(actor, { token, provider, prove: proveOutside }) {
      const account = ownSession(actor, 'change how an account is signed in to');
      const hash = hashToken(token);
      const begun = await store.accounts.findLink(hash);
      // Of somebody else's it is not used up either.
      if (begun?.purpose !== 'link' || begun.account !== account || (await store.accounts.takeLink(hash)) === null) {
        throw new MillraceError('sign_in_failed', 'This link was not begun by you, or was used, or is too old.', {
          hint: 'Begin again from the page of your account.',
        });
      }
      return link(account, provider, await proveOutside());
    },
    async linkDirectory(actor, { password, directory, outside: shown, address }) {
      const account = await prove(actor, password);
      return link(account, directory.name, await outside.proveByDirectory(directory, { ...shown, address }));
    },
    async unlink(actor, id, password) {
      const account = await prove(actor, password);
      const taken = await take(account, id);
      const others = (await sessions.list(account)).filter((one) => one.id !== actor.session);
      for (const { id: other } of others) await sessions.end(other);
      return taken;
    },
    async remove(name, id) {
      const account = await accounts.get(name);
      const taken = await take(account.name, id);
      await sessions.endAll(account.name);
      return taken;
    },
  };
}

const withId = (identity: LinkedIdentity): IdentityLink => ({
  ...identity,
  id: hashToken(JSON.stringify([identity.issuer, identity.subject])).slice(0, 22),
});
