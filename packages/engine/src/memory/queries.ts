import {
  type Instant,
  isWithinReach,
  namedObject,
  type Reach,
  type RunControl,
  type RunId,
  type RunStatus,
  runObject,
  type StoredEvent,
} from '@millrace/core';
import {
  isEnabled,
  type LatestRun,
  type Queries,
  type RunFilter,
  type RunSummary,
  type ScheduleFilter,
  type StoredSchedule,
  scheduleCursor,
  scheduleKeyOf,
  type WorkerSummary,
} from '../ports/index.ts';
import { listAudit } from './audit-store.ts';
import { describeLimit, matchesLimit, summarize } from './describe-limit.ts';
import { listApprovals } from './list-approvals.ts';
import { loadRuns } from './load-runs.ts';
import { compareRunIds, compareSchedules, isLive, laneKeyOf, type MemoryState, type RunEntry } from './memory-state.ts';
import { limitText } from './slot-table.ts';

export function createQueries(state: MemoryState): Queries {
  const queries: Queries = {
    async listRuns(filter, { limit, after }) {
      const items: RunSummary[] = [];
      for (let at = state.runOrder.length - 1; at >= 0; at--) {
        const id = state.runOrder[at] as RunId;
        if (after !== null && compareRunIds(id, after as RunId) >= 0) continue;
        const run = state.runs.get(id);
        if (run === undefined || !matches(run, filter)) continue;
        if (items.length === limit) return { items, next: items.at(-1)?.id ?? null };
        items.push(summaryOf(run));
      }
      return { items, next: null };
    },
    async runDetail(id, mostReruns) {
      const [run] = loadRuns(state, [id]);
      if (run === undefined) return null;
      const reruns = await queries.listRuns({ rerunOf: id }, { limit: mostReruns, after: null });
      return { ...run, reruns: reruns.items };
    },
    async latestRuns(workspace, each, reach) {
      const latest = new Map<string, LatestRun[]>();
      for (let at = state.runOrder.length - 1; at >= 0; at--) {
        const run = state.runs.get(state.runOrder[at] as RunId);
        if (run === undefined || run.origin.workspace !== workspace) continue;
        if (!isRunWithin(run, reach)) continue;
        const { id, workflow, status, createdAt, startedAt, endedAt } = summaryOf(run);
        const runs = latest.get(workflow) ?? [];
        latest.set(workflow, runs);
        if (runs.length < each) runs.push({ id, workflow, status, createdAt, startedAt, endedAt });
      }
      return latest;
    },
    async listApprovals(filter, page) {
      return listApprovals(state, filter, page);
    },
    async listEvents({ workspace, type, key, reach }, { limit, after }) {
      const from = after === null ? state.events.length : Number(after) - 1;
      const items: StoredEvent[] = [];
      for (let at = from - 1; at >= 0; at--) {
        const event = state.events[at]?.event;
        if (event === undefined || (workspace ?? event.workspace) !== event.workspace) continue;
        if ((type ?? event.type) !== event.type || (key ?? event.key) !== event.key) continue;
        if (!isNameWithin(event.workspace, event.type, reach)) continue;
        if (items.length === limit) return { items, next: items.at(-1)?.id ?? null };
        items.push(event);
      }
      return { items, next: null };
    },
    async listAudit(filter, page) {
      return listAudit(state, filter, page);
    },
    async countRuns(filter) {
      const counts: Record<RunStatus, number> = {
        queued: 0,
        running: 0,
        paused: 0,
        succeeded: 0,
        failed: 0,
        cancelled: 0,
        timed_out: 0,
      };
      for (const run of state.runs.values()) if (matches(run, filter)) counts[run.head.status]++;
      return counts;
    },
    async listSchedules(filter, { limit, after }) {
      const found = [...state.schedules.values()]
        .flatMap((schedules) => [...schedules.values()])
        .map(({ schedule }) => schedule)
        .filter((schedule) => matchesSchedule(schedule, filter))
        .sort(compareSchedules)
        .filter((schedule) => after === null || compareSchedules(schedule, scheduleKeyOf(after)) > 0);
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      return { items, next: last === undefined ? null : scheduleCursor(last) };
    },
    async listDeliveries({ workspace, webhook, outcome, reach }, { limit, after }) {
      const items = [...state.deliveries.values()]
        .reverse()
        .filter((one) => after === null || Number(one.id) < Number(after))
        .filter((one) => (workspace ?? one.workspace) === one.workspace && (webhook ?? one.webhook) === one.webhook)
        .filter((one) => (outcome ?? one.outcome) === one.outcome)
        .filter((one) => isNameWithin(one.workspace, one.webhook, reach, one.folder))
        .map(({ content, ...delivery }) => ({ ...delivery, kept: content.body !== null }));
      return { items: items.slice(0, limit), next: items.length > limit ? (items[limit - 1]?.id ?? null) : null };
    },
    async listWorkers() {
      return [...state.workers.values()]
        .map(
          (entry): WorkerSummary => ({
            ...entry,
            held: state.held.get(entry.worker.id)?.size ?? 0,
            drainingSince: state.draining.get(entry.worker.id) ?? null,
          }),
        )
        .sort((left, right) => left.registeredAt - right.registeredAt || (left.worker.id < right.worker.id ? -1 : 1));
    },
    async listLimits(filter, most) {
      return [...state.slots.limits()]
        .filter(({ key }) => matchesLimit(key, filter))
        .map((limit) => describeLimit(state, limit))
        .filter((limit) => limit !== null)
        .sort((left, right) => (limitText(left) < limitText(right) ? -1 : 1))
        .slice(0, most)
        .map(summarize);
    },
    async limitDetail(key) {
      const limit = state.slots.limit(key);
      return limit === undefined ? null : describeLimit(state, limit);
    },
    async countWork() {
      const counts = new Map<string, Count>();
      for (const run of state.runs.values()) {
        for (const { lane, worker, readyAt } of run.work.values()) {
          const key = laneKeyOf(lane);
          const { workspace = null, queue, capability, labels } = lane;
          const count = counts.get(key) ?? {
            workspace,
            queue,
            capability,
            labels,
            ready: 0,
            leased: 0,
            oldestReadyAt: null,
          };
          counts.set(key, count);
          if (worker !== null) count.leased++;
          else {
            count.ready++;
            count.oldestReadyAt = Math.min(count.oldestReadyAt ?? readyAt, readyAt);
          }
        }
      }
      return [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, count]) => count);
    },
  };
  return queries;
}

type Count = {
  workspace: string | null;
  queue: string;
  capability: string;
  labels: readonly string[];
  ready: number;
  leased: number;
  oldestReadyAt: Instant | null;
};

function matches({ origin, head, createdAt }: RunEntry, filter: RunFilter): boolean {
  if (filter.workspace !== undefined && origin.workspace !== filter.workspace) return false;
  if (filter.workflow !== undefined && origin.workflow !== filter.workflow) return false;
  if (filter.status !== undefined && !filter.status.includes(head.status)) return false;
  if (filter.topLevel === true && origin.parent !== null) return false;
  if (filter.parent !== undefined && origin.parent?.run !== filter.parent) return false;
  if (filter.rerunOf !== undefined && origin.rerunOf?.run !== filter.rerunOf) return false;
  if (filter.createdAfter !== undefined && createdAt < filter.createdAfter) return false;
  if (filter.createdBefore !== undefined && createdAt >= filter.createdBefore) return false;
  if (filter.tag !== undefined && !origin.tags.includes(filter.tag)) return false;
  return isRunWithin({ origin }, filter.reach);
}

const isRunWithin = ({ origin }: Pick<RunEntry, 'origin'>, reach: Reach | undefined): boolean =>
  reach === undefined || isWithinReach(reach, runObject(origin));

const isNameWithin = (workspace: string, name: string, reach: Reach | undefined, folder?: string): boolean =>
  reach === undefined || isWithinReach(reach, namedObject(workspace, name, folder));

function summaryOf(run: RunEntry): RunSummary {
  const { origin, version, createdAt } = run;
  const { status, startedAt, endedAt, control, error } = run.head;
  const asked = control !== null && (JSON.parse(control) as RunControl).cancel !== undefined;
  const cancelling = asked && isLive(run);
  return { ...origin, status, startedAt, endedAt, error, version, createdAt, cancelling };
}

function matchesSchedule(schedule: StoredSchedule, filter: ScheduleFilter): boolean {
  const { workspace, workflow, enabled, search, dueBefore, reach } = filter;
  if (!isNameWithin(schedule.workspace, schedule.name, reach, schedule.folder)) return false;
  if (workspace !== undefined && schedule.workspace !== workspace) return false;
  if (workflow !== undefined && schedule.definition.workflow !== workflow) return false;
  if (enabled !== undefined && isEnabled(schedule) !== enabled) return false;
  if (dueBefore !== undefined && (schedule.next === null || schedule.next.fireAt >= dueBefore)) return false;
  return search === undefined || schedule.name.toLowerCase().includes(search.toLowerCase());
}
