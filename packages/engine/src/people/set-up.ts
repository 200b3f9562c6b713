// A server without an administrator has nobody who could make one. Its operator gets a link with a one-time token, in the
// server's own output; whoever opens it becomes the first administrator. The link works for a day, once, and only while
// there is none; each server start makes a new one, which takes the place of the one before.
import type { Store } from '../ports/store.ts';
import { administratorsOf } from './administrators.ts';
import { readEverybody } from './everybody.ts';
import { type Accounts, wrongLink } from './manage-accounts.ts';
import { checkNewPassword } from './passwords.ts';
import { type From, type IssuedSession, normalName, type SignIn } from './sign-in.ts';
import { hashToken, newToken } from './tokens.ts';

export type SetUp = Readonly<{
  needed(): Promise<boolean>;
  /** null: there is an administrator. */
  token(): Promise<string | null>;
  /** Makes the first administrator, and signs him in. Codes: sign_in_failed (the link), invalid_request, name_taken. */
  finish(
    request: Readonly<{ token: string; name: string; password: string; displayName: string | null }> & From,
  ): Promise<IssuedSession>;
}>;

const lifeMs = 24 * 3_600_000;

export function createSetUp(store: Store, accounts: Accounts, signIn: SignIn): SetUp {
  const needed = async (): Promise<boolean> => administratorsOf(await readEverybody(store)).length === 0;
  return {
    needed,
    async token() {
      if (!(await needed())) return null;
      const token = newToken();
      await store.accounts.putLink({ hash: hashToken(token), purpose: 'set_up', account: null }, lifeMs);
      return token;
    },
    async finish({ token, name, password, displayName, ...from }) {
      const hash = hashToken(token);
      const found = await store.accounts.findLink(hash);
      if (found?.purpose !== 'set_up' || !(await needed())) throw wrongLink();
      checkNewPassword(password, normalName(name));
      const request = { name, kind: 'user', displayName, email: null, password, by: 'set-up' } as const;
      const account = await accounts.create(request);
      if ((await store.accounts.takeLink(hash)) === null) {
        await store.accounts.remove(account.name);
        throw wrongLink();
      }
      await store.roles.bind({ subject: { kind: 'account', name: account.name }, role: 'admin', where: {} });
      return signIn.begin(account.name, from);
    },
  };
}
