/** What was got, and for how long it may be given again. */
export type Lasting<Value> = Readonly<{ value: Value; forMs: number }>;

export type ShortMemory<Value> = Readonly<{
  /** What is remembered of a key, else what `make` gives; those who ask meanwhile get the same. */
  get(key: string, make: () => Promise<Lasting<Value>>): Promise<Value>;
  forget(key: string): void;
}>;

/** More is never remembered; a server that reads more secrets within their time asks again for the oldest. */
const maxEntries = 1000;

/** Remembers values in memory alone, each for its time. `now` is in milliseconds, from any beginning. */
export function createShortMemory<Value>(now: () => number): ShortMemory<Value> {
  const known = new Map<string, Readonly<{ value: Value; until: number }>>();
  const asked = new Map<string, Promise<Value>>();

  const ask = async (key: string, make: () => Promise<Lasting<Value>>): Promise<Value> => {
    try {
      const { value, forMs } = await make();
      known.delete(key);
      if (forMs > 0) known.set(key, { value, until: now() + forMs });
      const [oldest] = known.keys();
      if (known.size > maxEntries && oldest !== undefined) known.delete(oldest);
      return value;
    } finally {
      asked.delete(key);
    }
  };

  return {
    async get(key, make) {
      const remembered = known.get(key);
      if (remembered !== undefined && now() < remembered.until) return remembered.value;
      const running = asked.get(key) ?? ask(key, make);
      asked.set(key, running);
      return running;
    },
    forget: (key) => void known.delete(key),
  };
}
