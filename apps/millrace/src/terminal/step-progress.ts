import type { StepStatus } from '@millrace/core';

/** What a step is told to have become, by an event or by looking at the run. Times are milliseconds since the epoch. */
export type StepUpdate = Readonly<{
  step: string;
  /** -1: the step itself. */
  item: number;
  attempt: number;
  status: StepStatus;
  reason: string | null;
  at: number;
}>;

export type StepProgress = Readonly<{
  name: string;
  status: StepStatus;
  reason: string | null;
  attempt: number;
  /** When it first ran (or waited); null: it did not yet. */
  since: number | null;
  endedAt: number | null;
  /** Of a for-each step: how many items were seen, and how many have ended. */
  items: Readonly<{ seen: number; ended: number }> | null;
}>;

const ended: ReadonlySet<StepStatus> = new Set(['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped']);
export const isEnded = (status: StepStatus): boolean => ended.has(status);

/** Keeps the picture of a run's steps, in the order in which they appeared, from updates that may repeat themselves. */
export function createStepList(): Readonly<{
  /** Whether the update said something new. */
  apply(update: StepUpdate): boolean;
  steps(): readonly StepProgress[];
}> {
  const steps = new Map<string, StepProgress>();
  const items = new Map<string, Map<number, StepStatus>>();

  return {
    apply(update) {
      const before = steps.get(update.step) ?? {
        name: update.step,
        status: 'pending',
        reason: null,
        attempt: 0,
        since: null,
        endedAt: null,
        items: null,
      };
      if (update.item >= 0) {
        const known = items.get(update.step) ?? new Map<number, StepStatus>();
        items.set(update.step, known);
        if (known.get(update.item) === update.status) return false;
        known.set(update.item, update.status);
        const count = { seen: known.size, ended: [...known.values()].filter(isEnded).length };
        const running = isEnded(before.status) ? before.status : 'running';
        steps.set(update.step, { ...before, status: running, since: before.since ?? update.at, items: count });
        return true;
      }
      if (before.status === update.status && before.attempt === update.attempt) return false;
      const over = isEnded(update.status);
      const active = update.status === 'running' || update.status === 'waiting';
      steps.set(update.step, {
        ...before,
        status: update.status,
        reason: update.reason,
        attempt: Math.max(before.attempt, update.attempt),
        since: before.since ?? (active ? update.at : null),
        endedAt: over ? update.at : null,
      });
      return true;
    },
    steps: () => [...steps.values()],
  };
}
