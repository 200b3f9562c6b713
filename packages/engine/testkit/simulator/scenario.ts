import { Random } from './random.ts';

/** From where to where a number of a scenario may go, and how often (of a thousand) it is simply the least. */
type Range = Readonly<{ least: number; most: number; calm: number }>;

const range = (least: number, most: number, calm = 0): Range => ({ least, most, calm });

/** Chances are of a thousand. */
const ranges = {
  servers: range(1, 3),
  workers: range(1, 4),
  slots: range(1, 4),
  workflows: range(1, 3),
  /** Most steps of a workflow. */
  steps: range(1, 12),
  /** Of a thousand steps, how many have one of the rarer parts (retries, limits, items, child runs, …). */
  spice: range(0, 1_000, 100),
  /** Of a thousand workflows, how many have transitions. */
  transitions: range(0, 800, 400),
  /** Of a thousand workflows, how many have limits that runs share, and of a thousand of their steps, twice as many. */
  limits: range(0, 900, 400),
  /** Of a thousand workflows, how many are carried out by one worker each. */
  local: range(0, 600, 400),
  /** Of a thousand steps of workers, how many read a secret. */
  secrets: range(0, 600, 500),
  runs: range(1, 7),
  cancels: range(0, 3, 350),
  /** How often people answer approvals while faults happen. */
  answers: range(0, 30, 200),
  pauses: range(0, 4, 350),
  /** How often somebody lets a worker get nothing new, for a while. */
  drains: range(0, 3, 500),
  /** How many events users emit. */
  emits: range(0, 12, 200),
  reruns: range(0, 4, 300),
  /** How often somebody acts on many runs at once. */
  bulk: range(0, 4, 500),
  /** How long users act and faults happen. */
  faultsMs: range(1_000, 25_000),
  stepMs: range(1, 3_000),
  storeDelayMs: range(0, 40, 300),
  storeSlow: range(0, 40, 500),
  storeLostRequests: range(0, 60, 500),
  storeLostAnswers: range(0, 60, 500),
  outages: range(0, 2, 700),
  linkDelayMs: range(0, 60, 300),
  linkSlow: range(0, 40, 500),
  linkLostRequests: range(0, 80, 500),
  linkLostAnswers: range(0, 80, 500),
  linkDuplicates: range(0, 100, 500),
  hintLoss: range(0, 500, 500),
  hintDuplicates: range(0, 200, 600),
  serverCrashes: range(0, 4, 400),
  serverStops: range(0, 2, 700),
  workerCrashes: range(0, 4, 400),
  workerStops: range(0, 2, 600),
  silences: range(0, 2, 600),
  /** How often a worker calls another server than before, other than for a failure. */
  switches: range(0, 200, 500),
  failures: range(0, 400, 200),
  skewMs: range(0, 20, 500),
  leaseMs: range(1_500, 9_000),
  pollMs: range(400, 3_000),
  maxBatch: range(1, 50),
  /** 1: a second commit begins whenever there is something for it. */
  overlapFrom: range(1, 40, 500),
  cachedRuns: range(1, 40),
  lineAhead: range(0, 10, 500),
} as const satisfies Readonly<Record<string, Range>>;

export type ScenarioKey = keyof typeof ranges;
/** Everything that a seed decides before it begins, as plain numbers, so that a case can be made smaller. */
export type Scenario = Readonly<Record<ScenarioKey, number>>;

export const scenarioKeys = Object.keys(ranges) as readonly ScenarioKey[];
export const leastOf = (key: ScenarioKey): number => ranges[key].least;

/** The scenario of a seed; numbers of `overrides` stand in the place of its own. */
export function scenarioOf(seed: number, overrides: Partial<Scenario> = {}): Scenario {
  const scenario: Record<string, number> = {};
  for (const key of scenarioKeys) {
    const { least, most, calm } = ranges[key];
    const random = new Random(seed, `scenario ${key}`);
    scenario[key] = overrides[key] ?? (random.chance(calm) ? least : random.int(least, most));
  }
  return scenario as Scenario;
}

/** Reads `servers=1,runs=2`. Throws with the names that there are. */
export function parseOverrides(text: string): Partial<Scenario> {
  const overrides: Partial<Record<ScenarioKey, number>> = {};
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [key = '', value = ''] = part.split('=');
    if (!(scenarioKeys as readonly string[]).includes(key) || !/^\d+$/u.test(value)) {
      throw new Error(`"${part}" is not NAME=NUMBER with one of the names ${scenarioKeys.join(', ')}.`);
    }
    overrides[key as ScenarioKey] = Number(value);
  }
  return overrides;
}

export const writeOverrides = (overrides: Partial<Scenario>): string =>
  Object.entries(overrides)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
