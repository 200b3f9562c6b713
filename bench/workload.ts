import type { Where, WorkerPlace } from './millrace/open-engine.ts';
import type { Measurement } from './rows.ts';
import type { Sizes } from './sizes.ts';
import type { System } from './system.ts';

/** What a workload gets to be measured once, in a process of its own and on an empty database. */
export type Cell = Readonly<{
  sizes: Sizes;
  /** How long the measuring may take; a workload that is not done by then gives what it has. */
  budgetMs: number;
  where: Where;
  worker: WorkerPlace;
  /** Opens the subject with its worker: what runs against every system. */
  openSystem(): Promise<System>;
  /** Something that must be known to read the figures. */
  note(text: string): void;
}>;

export type Measured = Readonly<{ measurement: Measurement }>;

export type Workload = Readonly<{
  name: string;
  /** In a few words, for people. */
  describe: string;
  /**
   * `anyone`: measured on every subject. `fan-out`: on those that can join many. `millrace`: on Millrace alone, and `why`.
   * `server`: likewise, and there is no worker to be placed.
   */
  subjects: 'anyone' | 'fan-out' | 'millrace' | 'server';
  why?: string;
  /** It shows nothing without a database. */
  needsDatabase?: true;
  /** So long that it is measured in the first round alone; its values are then those of that round. */
  once?: true;
  measure(cell: Cell): Promise<Measured>;
}>;

/**
 * Calls `once` again and again: first to get warm, as often as it is measured but for a quarter of the budget at most, then until
 * there is enough of it. At least one value.
 */
export async function repeat(
  { times, budgetMs }: Readonly<{ times: number; budgetMs: number }>,
  once: () => Promise<number>,
): Promise<readonly number[]> {
  const began = performance.now();
  for (let warm = 0; warm === 0 || (warm < times && performance.now() - began < budgetMs / 4); warm += 1) await once();
  const values: number[] = [];
  while (values.length === 0 || (values.length < times && performance.now() - began < budgetMs)) {
    values.push(await once());
  }
  return values;
}

/** How long something takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
