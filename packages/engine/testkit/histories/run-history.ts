import type { Store } from '../../src/ports/index.ts';
import { Random } from '../simulator/random.ts';
import { checkHistory } from './check-history.ts';
import { Client, type Scene } from './client.ts';
import { type Entry, Ledger } from './ledger.ts';

export type HistoryOptions = Readonly<{
  /** Decides what each client does; how their calls interleave is up to the store. */
  seed: number;
  /** Servers on the same data; the clients are spread over them. */
  stores: readonly [Store, ...Store[]];
  advanceClock: (ms: number) => Promise<void>;
  clients?: number;
  /** Of each client. */
  acts?: number;
}>;

export type History = Readonly<{
  /** What is not as promised, a sentence for each. */
  faults: readonly string[];
  /** How often what happened, so that "no fault" cannot mean "nothing happened". */
  counts: Readonly<Record<string, number>>;
}>;

/** Lets several clients at several servers do as they like, brings everything to its end, and checks what they saw. */
export async function runHistory(options: HistoryOptions): Promise<History> {
  const { seed, stores, advanceClock, clients: count = 6, acts = 15 } = options;
  const [store] = stores;
  const now = await store.now();
  const ledger = new Ledger(now);
  const scene: Scene = {
    ledger,
    runs: [],
    nextItem: 0,
    startKeys: ['a', 'b', 'c'].map((name) => `${name} of ${seed}`),
    now,
    moveClock: advanceClock,
  };
  const clients = Array.from(
    { length: count },
    (_, at) =>
      new Client(scene, stores[at % stores.length] ?? store, new Random(seed, `client ${at}`), `${seed}-w${at}`),
  );
  for (const client of clients.slice(0, 4)) await client.begin({}, null);
  await Promise.all(
    clients.map(async (client) => {
      for (let act = 0; act < acts; act += 1) await client.act();
    }),
  );
  await settle(scene, clients);
  const left = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 1, limit: 100 });
  const faults = checkHistory(ledger, await store.runs.load(scene.runs));
  if (left.length > 0) return { faults: [...faults, `${left.length} messages are left.`], counts: countsOf(ledger) };
  return { faults, counts: countsOf(ledger) };
}

function countsOf({ entries }: Ledger): History['counts'] {
  const happened = entries.flatMap(happenedIn);
  return Object.fromEntries([...Map.groupBy(happened, (what) => what)].map(([what, times]) => [what, times.length]));
}

function happenedIn(entry: Entry): readonly string[] {
  switch (entry.kind) {
    case 'commit':
      return [`${entry.commit.create === null ? 'commit' : 'start'} ${entry.won ? 'won' : 'lost'}`];
    case 'claim':
    case 'give_back':
      return entry.refs.map(() => `attempt of ${entry.kind}`);
    case 'take_due':
      return entry.waits.map(() => 'timer taken');
    case 'take_old':
      return entry.messages.map(() => 'message taken');
    case 'renew':
      return [entry.alive ? 'lease renewed' : 'lease refused'];
    case 'expired':
      return entry.workers.map(() => 'worker expired');
    case 'remove':
      return [entry.removed ? 'worker removed' : 'worker kept'];
    case 'load':
    case 'register':
      return [entry.kind];
  }
}

/** Far more than what is left can need. */
const mostRounds = 100;

/** Goes on, still all at once, until nothing is left to do: every lease runs out, every timer fires. */
async function settle({ ledger, moveClock }: Scene, clients: readonly Client[]): Promise<void> {
  for (let quiet = 0, rounds = 0; quiet < 2; rounds += 1) {
    if (rounds > mostRounds) throw new Error(`After ${rounds} rounds there is still something to do.`);
    await ledger.moveClock(10_000, moveClock);
    const done = await Promise.all(
      clients.map(async (client) => {
        await client.finish(1_000);
        const found = (await client.reap(100)) + (await client.claim(100));
        await client.finish(1_000);
        return found + (await client.fireDue(100)) + (await client.deliverOld(100));
      }),
    );
    quiet = done.every((found) => found === 0) ? quiet + 1 : 0;
  }
}
