import { MillraceError, type Role } from '@millrace/core';
import { createMemoryStore } from '../src/memory/index.ts';
import { type Actor, rootActor } from '../src/people/actor.ts';
import { createPeople } from '../src/people/create-people.ts';
import type { Binding, Session } from '../src/ports/index.ts';
import { createSettableClock } from '../testkit/index.ts';

export const password = 'three small owls';
export const from = { address: '192.0.2.1', agent: 'test' };

/** People on a store in memory and a clock that the test sets. */
export function createTestPeople() {
  const clock = createSettableClock(1_800_000_000_000);
  const { store } = createMemoryStore({ now: clock.now });
  /** Sessions that ended because their refresh token came twice. */
  const reused: Session[] = [];
  const people = createPeople({
    store,
    clock,
    onReuse: async (session) => {
      reused.push(session);
    },
  });
  const make = (name: string, kind: 'user' | 'service') =>
    people.accounts.create({
      name,
      kind,
      displayName: null,
      email: null,
      password: kind === 'user' ? password : null,
      by: 'root',
    });

  return {
    clock,
    store,
    people,
    reused,
    root: rootActor('local'),
    /** Somebody who may sign in with `password`. */
    makeUser: (name: string) => make(name, 'user'),
    makeService: (name: string) => make(name, 'service'),
    /** Opens the set-up link, and gives the session of the first administrator. */
    async makeAdmin(name = 'root') {
      const token = await people.setUp.token();
      if (token === null) throw new Error('There is an administrator already.');
      return people.setUp.finish({ token, name, password, displayName: null, ...from });
    },
    /** Gives an account a role. */
    give: (account: string, role: string, where: Binding['where'] = {}) =>
      people.roles.bind({ subject: { kind: 'account', name: account }, role, where }),
    /** Makes a role of these grants, whoever may do so. */
    makeRole: (name: string, grants: Role['grants']) => people.roles.put({ name, description: '', grants }),
    signIn: (name: string) => people.signIn.signIn({ name, password, ...from }),
    /** Somebody who has signed in now. */
    async actor(name: string): Promise<Actor> {
      const { accessToken } = await people.signIn.begin(name, from);
      return found(await people.identify.bySession(accessToken), name);
    },
    /** Whoever shows a key. */
    keyed: async (key: string): Promise<Actor> => found(await people.identify.byApiKey(key), key),
  };
}

function found(actor: Actor | null, what: string): Actor {
  if (actor === null) throw new Error(`${what} is nobody.`);
  return actor;
}

/** The code that an action is refused with; `none` when it is not. */
export const code = async (action: Promise<unknown>): Promise<string> =>
  action.then(
    () => 'none',
    (error: unknown) => (error instanceof MillraceError ? error.code : String(error)),
  );
