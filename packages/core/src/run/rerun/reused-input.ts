// What rows of a re-run say of results that it took over, in the place of an input that was never made.
//
// All that is taken over ends in one decision. In which order it came about is told only by the times of the run that gave
// the results, so these are kept with it, for a re-run of the re-run.
import type { RunId } from '../../values/ids.ts';
import type { Json } from '../../values/json.ts';
import type { Instant } from '../records.ts';

/**
 * The attempt that gave a result which a re-run took over: its logs are there. Attempt 0: none was made, since the step's
 * input could not be made.
 */
export type ReusedFrom = Readonly<{ run: RunId; attempt: number }>;

/** When a step ended in the run that gave its result. */
export type ReusedEnd = Readonly<{
  endedAt: Instant;
  /** It ended with its entry, before anything else was entered. */
  atOnce?: true;
}>;

/** The input of what was taken over; only that of a step says when it ended. */
type ReusedInput = Readonly<{ reused: ReusedFrom & Partial<ReusedEnd> }>;

export const writeReused = (source: ReusedFrom, end: ReusedEnd | null): string =>
  JSON.stringify({ reused: { ...source, ...end } } satisfies ReusedInput);

export function readReused(input: string): ReusedFrom {
  const { run, attempt } = (JSON.parse(input) as ReusedInput).reused;
  return { run, attempt };
}

export const readReusedEnd = (input: string): Partial<ReusedEnd> => (JSON.parse(input) as ReusedInput).reused;

/** The input of the end of a for-each: what its items were, and whether they were taken over as a whole. */
export type ItemsInput = Readonly<{ total: number; items: readonly Json[] | number; reused?: ReusedEnd }>;

export const writeItemsInput = (total: number, items: ItemsInput['items'], reused: ReusedEnd | null): string =>
  JSON.stringify({ total, items, ...(reused === null ? {} : { reused }) } satisfies ItemsInput);

export const readItemsInput = (input: string): Partial<ItemsInput> => JSON.parse(input) as Partial<ItemsInput>;
