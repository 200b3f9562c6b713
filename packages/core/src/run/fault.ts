import type { Json } from '../values/json.ts';
import type { Place } from '../values/place.ts';

/** What went wrong in a step or run, as data: stored, shown, and readable in expressions as `error`. */
export type Fault = Readonly<{
  /** Stable and machine-readable: `exit_code`, `timeout`, `output_too_large`, `expression`, `worker_lost`, … */
  code: string;
  message: string;
  hint?: string;
  /** Where in the workspace's files the cause stands, when it is an expression or a template. */
  at?: Place;
  /** The step that failed, in a run's fault. */
  step?: string;
  /** For example `{ exit_code: 3, signal: null }`. */
  details?: Readonly<Record<string, Json>>;
  /** false: trying again cannot help (invalid input, unknown function), so retries are skipped. */
  retryable?: boolean;
}>;
