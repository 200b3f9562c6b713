import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { Json } from '../values/json.ts';
import { planStep } from './deciding.ts';
import type { Fault } from './fault.ts';
import type { Instant } from './records.ts';
import {
  type EndedItem,
  type EndedPhase,
  firstIteration,
  type ItemsPhase,
  type OpenPhase,
  type RunState,
  type StepState,
  type Task,
} from './state.ts';
import type { StepReason, StepStatus } from './status.ts';
import { outputOf } from './step-names.ts';

/** How a step stands, as the API and the CLI show it. */
export type StepSummary = Readonly<{
  status: StepStatus;
  reason: StepReason | null;
  /** For a for-each: the list of its items' outputs, once it has ended. */
  output: Json;
  error: Fault | null;
  /** Of a for-each: of all its items together. */
  attempts: number;
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** Of a step entered by transitions: how often it was. The rest tells the last iteration. */
  iterations?: number;
  items?: ItemsSummary;
}>;

export type ItemsSummary = Readonly<{
  total: number;
  /** Not started yet. */
  pending: number;
  /** Ready, running or waiting. */
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
}>;

/**
 * Every step by its name, in the order of the plan. For a run that was loaded: `stepSummaries(plan,
 * restoreState(…))`.
 */
export function stepSummaries(plan: PreparedPlan, state: RunState): Readonly<Record<string, StepSummary>> {
  const summaries: Record<string, StepSummary> = {};
  for (const [step, own] of state.steps.entries()) {
    const { name, entry } = planStep(plan, step);
    const summary = summaryOf(own);
    const iterations = own.iterations - firstIteration(state);
    summaries[name] = entry === 'transitions' ? { ...summary, iterations } : summary;
  }
  return summaries;
}

/** While several iterations are under way, the newest one. */
function summaryOf({ open, ended }: StepState): StepSummary {
  if (open.size > 0) {
    const phase = open.get(Math.max(...open.keys()));
    if (phase !== undefined) return underWay(phase);
  }
  return ended === null ? { ...nothingYet, status: 'pending' } : endedSummary(ended);
}

const nothingYet = { reason: null, output: null, error: null, attempts: 0, startedAt: null, endedAt: null } as const;

function underWay(phase: OpenPhase): StepSummary {
  switch (phase.kind) {
    case 'delayed':
      return { ...nothingYet, status: 'waiting' };
    case 'single': {
      const { task } = phase;
      // A retry waits for an attempt that is still to come.
      const attempts = task.doing === 'retry' ? task.attempt - 1 : task.attempt;
      return { ...nothingYet, status: taskStatus(task), attempts, startedAt: task.leasedAt };
    }
    case 'items':
      return itemsUnderWay(phase);
  }
}

function endedSummary(phase: EndedPhase): StepSummary {
  const { status, reason, error, startedAt, endedAt, items } = phase;
  const ended = { status, reason, output: outputOf(phase), error, startedAt, endedAt };
  if (items === null) return { ...ended, attempts: phase.attempts };
  const { total, succeeded, failed, cancelled } = items;
  const attempts = attemptsOf(items.ended);
  return { ...ended, attempts, items: { total, pending: 0, open: 0, succeeded, failed, cancelled } };
}

function itemsUnderWay(phase: ItemsPhase): StepSummary {
  const { total, open, succeeded, failed, cancelled, startedAt } = phase;
  const tasks = [...open.values()];
  const attempts = tasks.reduce((sum, task) => sum + task.attempt, attemptsOf(phase.ended));
  const statuses = new Set(tasks.map(taskStatus));
  const begun = statuses.has('running') || succeeded + failed + cancelled > 0;
  const status = begun ? 'running' : statuses.has('ready') ? 'ready' : 'waiting';
  const pending = total - open.size - succeeded - failed - cancelled;
  const items = { total, pending, open: open.size, succeeded, failed, cancelled };
  return { ...nothingYet, status, attempts, startedAt, items };
}

function taskStatus(task: Task): 'ready' | 'running' | 'waiting' {
  if (task.doing !== 'work' && task.doing !== 'local') return 'waiting';
  return task.worker === null ? 'ready' : 'running';
}

const attemptsOf = (ended: readonly (EndedItem | undefined)[]): number =>
  ended.reduce((sum, item) => sum + (item?.attempts ?? 0), 0);
