/**
 * Reads of one thing each, many of which may be asked for at the same time: those that come while others are under way go
 * together in the next statement, as commits do. Who comes alone waits for nobody; nobody is answered with what was read
 * before he asked. A statement costs far more than one more row of it.
 *
 * `atOnce`: so many statements are under way at most. `together`: so many things are read by one of them, as one that is large
 * keeps the others waiting.
 */
export function gather<Key, Value>(
  { atOnce, together }: Readonly<{ atOnce: number; together: number }>,
  read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | null> {
  type Asked = Readonly<{ key: Key; give: (value: Value | null) => void; fail: (error: unknown) => void }>;
  const waiting: Asked[] = [];
  let underWay = 0;

  async function begin(): Promise<void> {
    const asked = waiting.splice(0, together);
    underWay += 1;
    try {
      const values = await read([...new Set(asked.map(({ key }) => key))]);
      for (const { key, give } of asked) give(values.get(key) ?? null);
    } catch (error) {
      for (const { fail } of asked) fail(error);
    } finally {
      underWay -= 1;
      if (waiting.length > 0) void begin();
    }
  }

  return (key) =>
    new Promise((give, fail) => {
      waiting.push({ key, give, fail });
      if (underWay < atOnce) void begin();
    });
}
