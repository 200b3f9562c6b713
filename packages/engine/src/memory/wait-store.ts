import type { DueWait, WaitStore } from '../ports/index.ts';
import {
  compareRunIds,
  compareSteps,
  type MemoryState,
  removeWait,
  type WaitTurn,
  waitSlotOf,
} from './memory-state.ts';

export function createWaitStore(state: MemoryState): WaitStore {
  return {
    async takeDue({ limit, hideMs }) {
      const now = state.now();
      const due: DueWait[] = [];
      const turns: WaitTurn[] = [];
      while (due.length < limit) {
        const turn = nextTurn(state);
        if (turn === null || turn.visibleAt > now) break;
        state.waitTurns.pop();
        const { run, wait } = turn.entry;
        const { step, item, iteration, attempt, kind, dueAt } = wait;
        if (dueAt === null) continue;
        due.push({ run, step, item, iteration, attempt, kind, dueAt });
        turn.entry.visibleAt = now + hideMs;
        turns.push({ entry: turn.entry, visibleAt: now + hideMs });
      }
      for (const turn of turns) state.waitTurns.push(turn);
      return due.sort(compareDue);
    },
    async discard(wait) {
      const run = state.runs.get(wait.run);
      const entry = run?.waits.get(waitSlotOf(wait));
      if (entry === undefined || entry.wait.attempt !== wait.attempt || entry.wait.dueAt !== wait.dueAt) return;
      if (run !== undefined) removeWait(state, run, waitSlotOf(wait));
    },
    async nextDueAt() {
      return nextTurn(state)?.visibleAt ?? null;
    },
  };
}

/** The first turn that still stands; stale ones leave the heap. */
function nextTurn(state: MemoryState): WaitTurn | null {
  for (let turn = state.waitTurns.peek(); turn !== undefined; turn = state.waitTurns.peek()) {
    if (turn.entry.alive && turn.entry.visibleAt === turn.visibleAt) return turn;
    state.waitTurns.pop();
  }
  return null;
}

const compareDue = (left: DueWait, right: DueWait): number =>
  left.dueAt - right.dueAt ||
  compareRunIds(left.run, right.run) ||
  compareSteps(left, right) ||
  (left.kind < right.kind ? -1 : 1);
