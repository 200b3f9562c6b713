/** What an operator may tune. Milliseconds and bytes, as the names say. */
export type EngineSettings = Readonly<{
  /** How long a worker's lease lasts. A dead worker's steps start again after at most this and one look of the reaper. */
  leaseMs: number;
  /** How long a step may take to end after it was asked to stop, before it is killed. */
  graceMs: number;
  /** Largest output of a step. */
  outputBytes: number;
  /** Largest input of a run. */
  inputBytes: number;
  /** Largest log of one attempt; what comes after is dropped with a remark. */
  logBytes: number;
  /** The longest line of assignments that a worker gets beyond its slots. 0: none. */
  maxLineAhead: number;
  /** How much work, in time, the line ahead of a worker may hold: short steps get a long line, long steps none. */
  lineAheadMs: number;
  /** Runs in one commit. */
  maxBatch: number;
  /** Runs that wait for a commit, from which a second one begins while the first is under way. */
  overlapFrom: number;
  /** Loaded runs kept in memory. */
  cachedRuns: number;
  /** Commands waiting for a commit before new starts are refused. */
  maxBacklog: number;
  /** How often each loop looks by itself, should every hint be lost. */
  pollMs: number;
  reaperMs: number;
  /** How often schedules are looked at by themselves, should every hint be lost. */
  schedulePollMs: number;
  /** How late a schedule may start a run before the time counts as missed and its `catch_up` decides. */
  scheduleGraceMs: number;
}>;

export const defaultSettings: EngineSettings = {
  leaseMs: 9_000,
  graceMs: 10_000,
  outputBytes: 8 * 1024 * 1024,
  inputBytes: 1024 * 1024,
  logBytes: 100 * 1024 * 1024,
  maxLineAhead: 2_000,
  lineAheadMs: 50,
  maxBatch: 1_000,
  overlapFrom: 64,
  cachedRuns: 20_000,
  maxBacklog: 200_000,
  pollMs: 2_000,
  reaperMs: 2_000,
  schedulePollMs: 10_000,
  scheduleGraceMs: 60_000,
};
