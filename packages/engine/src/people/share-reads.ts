/**
 * Reads once for many who ask for the same at the same time: whoever comes while an answer is under way shares the next one,
 * which is read after he came. So nobody is told what was true before he asked, and nothing is kept.
 */
export function shareReads<Value>(): (key: string, read: () => Promise<Value>) => Promise<Value> {
  type Line = { readonly current: Promise<Value>; next: Promise<Value> | null };
  const lines = new Map<string, Line>();

  function begin(key: string, read: () => Promise<Value>): Promise<Value> {
    const current = read().finally(() => {
      if (line.next === null) lines.delete(key);
    });
    const line: Line = { current, next: null };
    lines.set(key, line);
    return current;
  }

  return (key, read) => {
    const line = lines.get(key);
    if (line === undefined) return begin(key, read);
    // However the one before ends.
    line.next ??= line.current.then(
      () => begin(key, read),
      () => begin(key, read),
    );
    return line.next;
  };
}
