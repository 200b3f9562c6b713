import type { Environment } from '../requests/read-place.ts';

/** What backends know of the process that they are part of. */
export type Surroundings = Readonly<{
  environment: Environment;
  /** Milliseconds since any beginning. */
  now: () => number;
  /** How long one request may take. */
  timeoutMs: number;
}>;
