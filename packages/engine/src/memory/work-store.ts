import type { AttemptRef, Lane, WorkerId } from '@millrace/core';
import type { ClaimedWork, WorkStore } from '../ports/index.ts';
import { loadRunOrigin } from './load-origin.ts';
import { workOf } from './load-runs.ts';
import {
  compareClaims,
  type LaneEntry,
  laneEntry,
  leaseWork,
  type MemoryState,
  queueWork,
  releaseWork,
  slotOf,
  type WorkEntry,
} from './memory-state.ts';

export function createWorkStore(state: MemoryState): WorkStore {
  return {
    async claim({ worker, lanes, limit }) {
      const entries = distinctLanes(state, lanes);
      const claimed: ClaimedWork[] = [];
      const now = state.now();
      while (claimed.length < limit) {
        const next = takeNext(entries);
        if (next === null) break;
        leaseWork(state, next, worker, now);
        claimed.push(claimedWork(state, next));
      }
      return claimed;
    },
    async giveBack(worker, refs) {
      for (const ref of refs) {
        const entry = findWork(state, ref);
        if (entry === null || entry.worker !== worker) continue;
        releaseWork(state, entry);
        queueWork(state, entry);
      }
    },
    async heldBy(worker) {
      const held = [...(state.held.get(worker) ?? [])].sort(compareClaims);
      return held.map((entry) => claimedWork(state, entry));
    },
  };
}

function distinctLanes(state: MemoryState, lanes: readonly Lane[]): readonly LaneEntry[] {
  return [...new Set(lanes.map((lane) => laneEntry(state, lane)))];
}

/** The best ready attempt of all lanes; those in front of it that are no longer ready leave their lines. */
function takeNext(lanes: readonly LaneEntry[]): WorkEntry | null {
  let best: LaneEntry | null = null;
  let bestWork: WorkEntry | null = null;
  for (const lane of lanes) {
    const first = firstReady(lane);
    if (first === null || (bestWork !== null && compareClaims(bestWork, first) < 0)) continue;
    best = lane;
    bestWork = first;
  }
  if (best === null || bestWork === null) return null;
  best.line.pop();
  bestWork.queued = false;
  return bestWork;
}

function firstReady({ line }: LaneEntry): WorkEntry | null {
  for (let first = line.peek(); first !== undefined; first = line.peek()) {
    if (first.alive && first.worker === null) return first;
    line.pop();
    first.queued = false;
  }
  return null;
}

function findWork(state: MemoryState, ref: AttemptRef): WorkEntry | null {
  const entry = state.runs.get(ref.run)?.work.get(slotOf(ref));
  return entry !== undefined && entry.attempt === ref.attempt ? entry : null;
}

function claimedWork(state: MemoryState, entry: WorkEntry): ClaimedWork {
  return { ...loadRunOrigin(state, entry.run), work: workOf(entry) };
}

export function attemptRefsOf(state: MemoryState, worker: WorkerId): readonly AttemptRef[] {
  return [...(state.held.get(worker) ?? [])].sort(compareClaims).map(refOf);
}

export function refOf({ run, step, item, iteration, attempt }: WorkEntry): AttemptRef {
  return { run, step, item, iteration, attempt };
}
