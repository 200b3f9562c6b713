/** When and how often a failed attempt is tried again. Durations are milliseconds; `attempts` counts all tries. */
export type RetryPolicy = Readonly<{
  attempts: number;
  delayMs: number;
  backoff: 'fixed' | 'linear' | 'exponential';
  /** Multiplier of each further delay when `backoff` is exponential. */
  factor: number;
  maxDelayMs: number;
  /** Share of the delay that is random: 0 (none) to 1 (anything between 0 and the whole delay). */
  jitter: number;
  /** Expression over `error`, `attempt` and the step's names; a retry happens only when it holds. */
  when?: string;
  /** Whether the loss of a worker uses up an attempt. */
  countWorkerLoss: boolean;
}>;
