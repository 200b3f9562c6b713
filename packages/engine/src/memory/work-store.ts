import { type AttemptRef, joinedOf, type Lane, shareOf, type WorkerId } from '@millrace/core';
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
      let shares = [...Map.groupBy(distinctLanes(state, lanes), ({ lane }) => shareOf(lane)).values()];
      const claimed: ClaimedWork[] = [];
      const now = state.now();
      // Each share in its turn; one that has nothing left has none.
      while (claimed.length < limit && shares.length > 0) {
        shares = shares.filter((share) => {
          if (claimed.length >= limit) return false;
          const next = takeNext(share);
          if (next === null) return false;
          leaseWork(state, next, worker, now);
          claimed.push(claimedWork(state, next));
          return true;
        });
      }
      return claimed;
    },
    async readyLanes() {
      return [...state.lanes.values()].filter((lane) => firstReady(lane) !== null).map(({ lane }) => lane);
    },
    async giveBack(worker, refs) {
      for (const ref of refs) {
        const entry = findWork(state, ref);
        if (entry === null || entry.worker !== worker) continue;
        releaseWork(state, entry);
        queueWork(state, entry);
      }
    },
    async originOfHeld(worker, ref) {
      const lease = state.workers.get(worker);
      if (lease === undefined || lease.leaseUntil <= state.now()) return null;
      return findWork(state, ref)?.worker === worker ? loadRunOrigin(state, ref.run).origin : null;
    },
    async heldAmong(joined, refs) {
      const holds = (entry: WorkEntry | undefined): boolean =>
        entry !== undefined && entry.worker !== null && joinedOf(entry.worker) === joined;
      return refs.flatMap((ref, place) => {
        const local = [...(state.runs.get(ref.run)?.work.values() ?? [])].find(({ step }) => step === -1);
        return holds(findWork(state, ref) ?? undefined) || holds(local) ? [place] : [];
      });
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

/** The best ready attempt of a share's lanes; those in front of it that are no longer ready leave their lines. */
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
