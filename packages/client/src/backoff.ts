/** Waits longer after each failure in a row: 0.2 s, 0.4 s, … 5 s, each shortened by up to a half at random. */
export function createBackoff(signal: AbortSignal | undefined) {
  let failures = 0;
  return {
    succeeded(): void {
      failures = 0;
    },
    failures: () => failures,
    async wait(): Promise<void> {
      failures += 1;
      const ms = Math.min(5_000, 100 * 2 ** failures) * (1 - Math.random() / 2);
      await sleep(ms, signal);
    },
  };
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
