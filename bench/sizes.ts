/** How much a workload does. */
export type Sizes = Readonly<{
  latencySamples: number;
  singleRuns: number;
  sequenceSamples: number;
  sequenceRuns: number;
  fanOutItems: number;
  largeFanOutItems: number;
  shellSteps: number;
  diamondSamples: number;
  queuedRuns: number;
  drainedRuns: number;
  snapshotRuns: number;
  logMegabytes: number;
  listedRuns: number;
  listRequests: number;
  idleSeconds: number;
}>;

/** `full` is what the goals are about. `tiny` only shows that a workload works: its figures mean nothing. */
export const sizes = {
  full: {
    latencySamples: 100,
    singleRuns: 10_000,
    sequenceSamples: 50,
    sequenceRuns: 500,
    fanOutItems: 1_000,
    largeFanOutItems: 100_000,
    shellSteps: 2_000,
    diamondSamples: 20,
    queuedRuns: 1_000_000,
    drainedRuns: 20_000,
    snapshotRuns: 100_000,
    logMegabytes: 64,
    listedRuns: 10_000_000,
    listRequests: 500,
    idleSeconds: 15,
  },
  tiny: {
    latencySamples: 5,
    singleRuns: 50,
    sequenceSamples: 3,
    sequenceRuns: 5,
    fanOutItems: 20,
    largeFanOutItems: 50,
    shellSteps: 10,
    diamondSamples: 2,
    queuedRuns: 500,
    drainedRuns: 100,
    snapshotRuns: 200,
    logMegabytes: 1,
    listedRuns: 1_000,
    listRequests: 10,
    idleSeconds: 0,
  },
} as const satisfies Readonly<Record<string, Sizes>>;

export type SizeName = keyof typeof sizes;
