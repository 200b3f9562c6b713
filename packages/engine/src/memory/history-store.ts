import { isRunEnd, type RunControl, type RunId } from '@millrace/core';
import { hookStartKey } from '../outbox/hook-start-key.ts';
import type { HistoryStore } from '../ports/index.ts';
import { compareRunIds, isLive, type MemoryState, type RunEntry, startKeyOf } from './memory-state.ts';

export function createHistoryStore(state: MemoryState): HistoryStore {
  return {
    async removeRuns({ keepMs, after, limit }) {
      const before = state.now() - keepMs;
      const page = state.runOrder.filter((id) => after === null || compareRunIds(id, after) > 0).slice(0, limit);
      const looked = page.flatMap((id) => state.runs.get(id) ?? []);
      const isNeeded = needs(state);
      const gone = looked.filter((run) => hasEnded(run, before) && !isNeeded(run));
      for (const run of gone) remove(state, run);
      const more = page.length === limit && looked.some(({ createdAt }) => createdAt <= before);
      return { removed: gone.length, next: more ? (page.at(-1) ?? null) : null };
    },
    async remains(limit) {
      return [...state.removed.keys()].slice(0, limit);
    },
    async clear(runs, limit) {
      let removed = 0;
      for (const id of runs) {
        const attempts = state.removed.get(id)?.attempts;
        for (const key of [...(attempts?.keys() ?? [])].slice(0, limit - removed)) {
          attempts?.delete(key);
          removed += 1;
        }
      }
      if (removed < limit) for (const id of runs) state.removed.delete(id);
      return removed;
    },
  };
}

const hasEnded = ({ head }: RunEntry, before: number): boolean =>
  isRunEnd(head.status) && head.endedAt !== null && head.endedAt <= before;

/** As things stood when the look began: what is removed by it is still there for the others. */
function needs(state: MemoryState): (run: RunEntry) => boolean {
  const there = new Set(state.runs.keys());
  const rerun = new Set<RunId>();
  for (const run of state.runs.values()) {
    if (isLive(run) && run.origin.rerunOf !== null) rerun.add(run.origin.rerunOf.run);
  }
  const senders = new Set([...state.outbox.values()].map(({ key }) => key.run));
  return (run) => {
    const { id, parent } = run.origin;
    if (parent !== null && there.has(parent.run)) return true;
    return rerun.has(id) || senders.has(id) || run.work.size > 0 || state.liveChildren.has(id) || hookLives(state, run);
  };
}

function hookLives(state: MemoryState, { origin, head }: RunEntry): boolean {
  const { hooks = [] } = (head.control === null ? {} : JSON.parse(head.control)) as RunControl;
  return hooks.some(({ call }) => {
    const id = state.startKeys.get(startKeyOf(origin.workspace, hookStartKey(origin.id, call)));
    const run = id === undefined ? undefined : state.runs.get(id);
    return run !== undefined && isLive(run);
  });
}

function remove(state: MemoryState, run: RunEntry): void {
  const { id, workspace, startKey } = run.origin;
  state.runs.delete(id);
  state.runOrder.splice(state.runOrder.indexOf(id), 1);
  if (startKey !== null) state.startKeys.delete(startKeyOf(workspace, startKey));
  state.removed.set(id, run);
}
