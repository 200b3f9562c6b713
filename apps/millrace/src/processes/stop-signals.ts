export type StopSignals = Readonly<{
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Gives the signals back to Node. */
  release: () => void;
}>;

/** A signal that comes twice within this time is one and the same: a terminal and a parent process may both send it. */
const sameMs = 500;

/**
 * The first signal asks to stop; a second one, later, calls `force` and ends the process at once with 130 (as a shell does
 * for Ctrl-C).
 */
export function listenForStop(options: Readonly<{ onFirst?: () => void; force?: () => void }> = {}): StopSignals {
  const controller = new AbortController();
  let firstAt: number | null = null;
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listener = (): void => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      options.onFirst?.();
      controller.abort();
      return;
    }
    if (now - firstAt < sameMs) return;
    options.force?.();
    process.exit(130);
  };
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
