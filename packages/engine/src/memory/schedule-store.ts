import type { ScheduleStore, StoredSchedule } from '../ports/index.ts';
import { compareSchedules, type MemoryState, type ScheduleEntry, type ScheduleTurn } from './memory-state.ts';

export function createScheduleStore(state: MemoryState): ScheduleStore {
  const find = ({ workspace, name }: Pick<StoredSchedule, 'workspace' | 'name'>): ScheduleEntry | undefined =>
    state.schedules.get(workspace)?.get(name);

  /** Stores a schedule that was decided on the version that is there; false when it is another one. */
  const put = (schedule: StoredSchedule): boolean => {
    const before = find(schedule);
    if (before !== undefined && before.schedule.version !== schedule.version) return false;
    const stored = { ...schedule, version: schedule.version + 1 };
    const entry: ScheduleEntry = { schedule: stored, visibleAt: stored.next?.fireAt ?? null, alive: true };
    if (before !== undefined) before.alive = false;
    const ofWorkspace = state.schedules.get(schedule.workspace) ?? new Map<string, ScheduleEntry>();
    state.schedules.set(schedule.workspace, ofWorkspace.set(schedule.name, entry));
    if (entry.visibleAt !== null) state.scheduleTurns.push({ entry, visibleAt: entry.visibleAt });
    return true;
  };

  const remove = ({ workspace, name, version }: StoredSchedule): boolean => {
    const entry = find({ workspace, name });
    if (entry === undefined || entry.schedule.version !== version) return false;
    entry.alive = false;
    return state.schedules.get(workspace)?.delete(name) ?? false;
  };

  return {
    async outdated() {
      return [...state.workspaces.values()]
        .filter(({ name, revision }) => revision !== null && state.scheduleRevisions.get(name) !== revision)
        .map(({ name }) => name)
        .sort();
    },
    async ofWorkspace(workspace) {
      return [...(state.schedules.get(workspace)?.values() ?? [])]
        .map(({ schedule }) => schedule)
        .sort(compareSchedules);
    },
    async replace({ workspace, revision, put: puts, remove: removals }) {
      if (state.workspaces.get(workspace)?.revision !== revision) return false;
      const done = [...puts.map(put), ...removals.map(remove)];
      if (done.includes(false)) return false;
      state.scheduleRevisions.set(workspace, revision);
      return true;
    },
    async takeDue({ limit, hideMs }) {
      const now = state.now();
      const taken: ScheduleEntry[] = [];
      for (let turn = nextTurn(state); turn !== null && taken.length < limit; turn = nextTurn(state)) {
        if (turn.visibleAt > now) break;
        state.scheduleTurns.pop();
        turn.entry.visibleAt = now + hideMs;
        taken.push(turn.entry);
      }
      for (const entry of taken) state.scheduleTurns.push({ entry, visibleAt: now + hideMs });
      return taken.map(({ schedule }) => schedule).sort(compareDue);
    },
    async save(schedules) {
      return schedules
        .filter((schedule) => find(schedule) !== undefined && put(schedule))
        .map(({ workspace, name }) => ({ workspace, name }));
    },
    async get(key) {
      return find(key)?.schedule ?? null;
    },
    async nextDueAt() {
      return nextTurn(state)?.visibleAt ?? null;
    },
  };
}

/** The first turn that still stands; stale ones leave the heap. */
function nextTurn(state: MemoryState): ScheduleTurn | null {
  for (let turn = state.scheduleTurns.peek(); turn !== undefined; turn = state.scheduleTurns.peek()) {
    if (turn.entry.alive && turn.entry.visibleAt === turn.visibleAt) return turn;
    state.scheduleTurns.pop();
  }
  return null;
}

const compareDue = (left: StoredSchedule, right: StoredSchedule): number =>
  (left.next?.fireAt ?? 0) - (right.next?.fireAt ?? 0) || compareSchedules(left, right);
