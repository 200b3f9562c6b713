import type { Store } from '../../src/ports/index.ts';
import type { Random } from '../simulator/random.ts';
import type { VirtualTime } from '../simulator/virtual-time.ts';

/** One life of a server. */
export type Mortal = { alive: boolean };

/**
 * The store as a server sees it that may die at any moment: each call takes a while to arrive, and its answer to come back.
 * What was on its way when the server died arrives or does not; answers reach nobody.
 */
export function createMortalStore(store: Store, life: Mortal, time: VirtualTime, random: Random): Store {
  const call = <Answer>(act: () => Promise<Answer>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (!life.alive) return;
      const arrive = async () => {
        if (!life.alive && random.chance(500)) return;
        const answer = await act();
        time.after(random.int(0, 20), () => life.alive && resolve(answer));
      };
      time.after(random.int(0, 20), () => void arrive().catch(reject));
    });
  const wrap = <Part extends object>(part: Part): Part =>
    Object.fromEntries(
      Object.entries(part).map(([name, operation]) => [
        name,
        (...parameters: readonly unknown[]) => call(() => operation(...parameters)),
      ]),
    ) as Part;
  return {
    runs: wrap(store.runs),
    work: wrap(store.work),
    workers: wrap(store.workers),
    waits: wrap(store.waits),
    outbox: wrap(store.outbox),
    events: wrap(store.events),
    cache: wrap(store.cache),
    plans: wrap(store.plans),
    workspaces: wrap(store.workspaces),
    schedules: wrap(store.schedules),
    deliveries: wrap(store.deliveries),
    history: wrap(store.history),
    secrets: wrap(store.secrets),
    accounts: wrap(store.accounts),
    roles: wrap(store.roles),
    sessions: wrap(store.sessions),
    apiKeys: wrap(store.apiKeys),
    joins: wrap(store.joins),
    identities: wrap(store.identities),
    loginRequests: wrap(store.loginRequests),
    audit: wrap(store.audit),
    slots: wrap(store.slots),
    changes: {
      tell: (hint) => call(() => store.changes.tell(hint)),
      listen: ({ onHint, onGap }) =>
        call(() =>
          store.changes.listen({
            onHint(hint) {
              if (life.alive) time.after(random.int(0, 20), () => life.alive && onHint(hint));
            },
            onGap: () => life.alive && onGap(),
          }),
        ),
    },
    now: () => call(() => store.now()),
    close: async () => {},
  };
}
