export type RunInput = Readonly<Record<string, number | string>>;

/** A system under test, as small as the workloads need it. */
export type System = Readonly<{
  /** Starts a run; resolves with its key when the start is durable. */
  start(workflow: string, input?: RunInput): Promise<string>;
  /**
   * Resolves when the run has ended well; throws otherwise. Of Millrace a run has ended when its end is committed; of other
   * systems when its last body has run, because asking them for the end would mean to poll: the comparison favours them.
   */
  finished(run: string): Promise<void>;
  /** Tells the moment of each body's first line, by `now` of clock.ts, until the returned function is called. */
  onBody(listener: (at: number) => void): () => void;
  close(): Promise<void>;
}>;

/** What bodies of steps and their watchers tell each other within one process. */
export type Signals = Readonly<{
  /** Called by a body in its first line. */
  body(at: number): void;
  /** Called once for each run, when it has ended. */
  ended(run: string, error?: Error): void;
  finished: System['finished'];
  onBody: System['onBody'];
}>;

export function createSignals(): Signals {
  const listeners = new Set<(at: number) => void>();
  const ended = new Map<string, Error | null>();
  const waiting = new Map<string, (error: Error | null) => void>();
  return {
    body(at) {
      for (const listener of listeners) listener(at);
    },
    ended(run, error) {
      const wake = waiting.get(run);
      if (wake === undefined) ended.set(run, error ?? null);
      else wake(error ?? null);
    },
    async finished(run) {
      let error = ended.get(run);
      ended.delete(run);
      if (error === undefined) {
        error = await new Promise<Error | null>((resolve) => waiting.set(run, resolve));
        waiting.delete(run);
      }
      if (error !== null) throw error;
    },
    onBody(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
