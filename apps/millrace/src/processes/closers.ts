export type Closers = Readonly<{
  /** Remembers how to close what was just opened. */
  add(what: string, close: () => Promise<unknown>): void;
  /** Closes everything, the last opened first; one that fails does not keep the others open. May be called again. */
  closeAll(): Promise<void>;
}>;

export function createClosers(onError: (error: unknown, what: string) => void): Closers {
  const open: { what: string; close: () => Promise<unknown> }[] = [];
  let closing: Promise<void> | null = null;
  async function closeAll(): Promise<void> {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { what, close } = next;
      try {
        await close();
      } catch (error) {
        onError(error, `closing the ${what}`);
      }
    }
  }
  return {
    add: (what, close) => void open.push({ what, close }),
    closeAll: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}
