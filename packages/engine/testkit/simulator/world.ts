import type { Audit } from './audit.ts';
import type { Breakage } from './breakages.ts';
import type { Counts } from './counts.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What all parts of one simulation share. */
export type World = Readonly<{
  seed: number;
  scenario: Scenario;
  time: VirtualTime;
  trace: Trace;
  counts: Counts;
  audit: Audit;
  breakage: Breakage | null;
  /** What changes over the simulation: whether faults happen, and whether the store answers. */
  weather: { faults: boolean; outage: boolean };
  /** Ends the simulation: a promise is broken, or something happened that nobody expects. */
  fail(error: unknown): void;
}>;

export const randomOf = (world: Pick<World, 'seed'>, label: string): Random => new Random(world.seed, label);

export function note(world: Pick<World, 'time' | 'trace'>, text: string): void {
  world.trace.add(`${world.time.now - startOfTime} ${text}`);
}

export const startOfTime = 1_800_000_000_000;
