import type { WorkerId } from '../../values/ids.ts';
import { type Deciding, runKey } from '../deciding.ts';
import type { AttemptKey, Instant } from '../records.ts';
import type { LocalRun } from '../state.ts';

/** Who executes an attempt inside a local run, since when: the `detail` of its wait. */
export type LocalHolder = Readonly<{ worker: WorkerId; leasedAt: Instant }>;

export const newLocalRun = (): LocalRun => ({
  attempt: 0,
  applied: 0,
  first: 0,
  stop: null,
  worker: null,
  leasedAt: null,
});

/** Looks for a worker that carries the run out. What it needs beside the plan is in the run itself. */
export function launchLocalRun({ plan, state, changes, now }: Deciding): void {
  const { local } = state;
  const { localLane: lane } = plan;
  if (local === null || lane === null) throw new Error(`Run ${state.origin.id} is not a local run.`);
  local.attempt += 1;
  local.applied = 0;
  local.worker = null;
  local.leasedAt = null;
  const document = '{"input":{},"names":{}}';
  const { priority } = state.origin;
  changes.addWork({ ...localKey(local), lane, priority, readyAt: now, document, worker: null, leasedAt: null });
}

/** Names the attempt to carry the run out. */
export const localKey = ({ attempt }: LocalRun): AttemptKey => ({ ...runKey, attempt });
