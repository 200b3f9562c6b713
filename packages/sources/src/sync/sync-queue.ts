/**
 * Loads of one source: never two at once. A load that is asked for while one is under way, which may have passed the change
 * already, is the next one. Loads that nobody waits for are tried again with growing pauses until one succeeds.
 */
export type SyncQueue<Load> = Readonly<{
  sync(): Promise<Load>;
  /** Nothing happens while a failed load waits for its next try: changes do not shorten the pauses. */
  syncInBackground(): void;
  /** Resolves when the load under way has ended. Later calls of `sync` reject. */
  stop(): Promise<void>;
}>;

const longestRetryMs = 30_000;

export function createSyncQueue<Load>(
  options: Readonly<{
    load: () => Promise<Load>;
    onError: (error: unknown) => void;
    /** What `sync` rejects with after `stop`. */
    stoppedError: () => Error;
  }>,
): SyncQueue<Load> {
  let running: Promise<Load> | null = null;
  let queued: Promise<Load> | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let stopped = false;

  function sync(): Promise<Load> {
    if (stopped) return Promise.reject(options.stoppedError());
    if (running === null) {
      running = options.load().finally(() => {
        running = null;
      });
      return running;
    }
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = null;
        return sync();
      });
    return queued;
  }

  function attempt(): void {
    retry = null;
    sync().then(
      () => {
        failures = 0;
      },
      (error: unknown) => {
        if (stopped) return;
        options.onError(error);
        failures += 1;
        if (retry !== null) clearTimeout(retry);
        retry = setTimeout(attempt, Math.min(longestRetryMs, 500 * 2 ** Math.min(failures, 10)));
      },
    );
  }

  return {
    sync,
    syncInBackground() {
      if (!stopped && retry === null) attempt();
    },
    async stop() {
      stopped = true;
      if (retry !== null) clearTimeout(retry);
      await running?.catch(() => undefined);
    },
  };
}
