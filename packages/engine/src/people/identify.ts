import type { Caller } from '../ports/role-store.ts';
import type { Store } from '../ports/store.ts';
import { type Actor, actorOf, attemptActor } from './actor.ts';
import type { IdentifyAttempt } from './identify-attempt.ts';
import { shareReads } from './share-reads.ts';
import { hashToken, readApiKey } from './tokens.ts';

type Shown = Parameters<typeof actorOf>[2];

export type Identify = Readonly<{
  /** Of an access token; null: it is not good (any more). */
  bySession(accessToken: string): Promise<Actor | null>;
  /** null: it is not good (any more). */
  byApiKey(key: string): Promise<Actor | null>;
  /** Of the token of an attempt; `keys` are of workers without tokens of their own. null: it is not good (any more). */
  byAttempt(token: string, keys: readonly Uint8Array[]): Promise<Actor | null>;
  /** The same caller as he is now, for what goes on for long; null: what he showed is not good any more. */
  again(actor: Actor): Promise<Actor | null>;
}>;

/** Looks up who shows what, and what he may do now: nothing is kept, so what is taken away counts at once. */
export function createIdentify(
  { accounts, roles, sessions, apiKeys, now }: Store,
  attempts: IdentifyAttempt,
): Identify {
  /** A page, or a program, asks much at the same time. */
  const together = shareReads<Actor | null>();
  const actorNow = ({ account, holdings }: Caller, shown: Shown): Actor | null =>
    account.disabled ? null : actorOf(account, holdings, shown);
  const read = async (name: string, shown: Shown): Promise<Actor | null> => {
    const [account, holdings] = await Promise.all([accounts.get(name), roles.holdings(name)]);
    return account === null ? null : actorNow({ account, holdings }, shown);
  };
  return {
    async bySession(accessToken) {
      const hash = hashToken(accessToken);
      return together(`session ${hash}`, async () => {
        const found = await sessions.find(hash);
        return found === null ? null : actorNow(found.caller, { session: found.session.id });
      });
    },
    async byApiKey(text) {
      const given = readApiKey(text);
      if (given === null) return null;
      return together(`key ${given.id} ${given.hash}`, async () => {
        const found = await apiKeys.use(given.id, given.hash);
        return found === null ? null : actorNow(found.caller, { apiKey: found.apiKey });
      });
    },
    async byAttempt(token, keys) {
      const shown = await attempts.shown(token, keys);
      return shown === null ? null : attemptActor(shown);
    },
    async again(actor) {
      if (actor.attempt !== null) return (await attempts.isLive(actor.attempt.claims)) ? actor : null;
      if (actor.session !== null) {
        // By its id: an access token is good for minutes, and has been renewed since.
        const open = await sessions.list(actor.name);
        return open.some(({ id }) => id === actor.session) ? read(actor.name, { session: actor.session }) : null;
      }
      if (actor.apiKey !== null) {
        const apiKey = await apiKeys.get(actor.apiKey);
        const isGood = apiKey !== null && (apiKey.until === null || apiKey.until > (await now()));
        return isGood ? read(actor.name, { apiKey }) : null;
      }
      return actor;
    },
  };
}
