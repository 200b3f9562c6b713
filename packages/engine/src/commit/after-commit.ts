import type { Instant, LimitKey, RunOrigin, SlotRequest } from '@millrace/core';
import { isRunEnd } from '@millrace/core';
import { isLocalRun, toAssignment, toLocalRunAssignment } from '../dispatch/assignment.ts';
import { attemptRef } from '../dispatch/attempt-ref.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Granter } from '../limits/granter.ts';
import type { TimerLoop } from '../loops/timer-loop.ts';
import type { EventBus } from '../realtime/event-bus.ts';
import type { RunWaiters } from '../runs/run-waiters.ts';
import type { EngineSettings } from '../settings.ts';
import type { StatsCounter } from '../stats.ts';
import type { Decided } from './decide-batch.ts';
import { endedWithoutReport } from './ended-without-report.ts';
import { publishCommit } from './publish-commit.ts';
import type { Posted } from './run-driver.ts';

export type AfterCommitOptions = Readonly<{
  dispatcher: Dispatcher;
  timers: TimerLoop;
  bus: EventBus;
  waiters: RunWaiters;
  stats: StatsCounter;
  settings: EngineSettings;
  granter: Granter;
  deliver(posted: Posted): void;
}>;

const limitsOf = ({ workspace, demands }: SlotRequest): readonly LimitKey[] =>
  demands.map(({ kind, key }) => ({ workspace, kind, key }));

/** What follows a commit: work is handed over, workers are told to stop, timers armed, messages delivered, people told. */
export function createAfterCommit(options: AfterCommitOptions) {
  const { dispatcher, timers, bus, waiters, stats, settings, granter, deliver } = options;

  return (decided: Decided, version: number, now: Instant): void => {
    const { aggregate, commit, leases } = decided;
    const { changes, id } = commit;
    const { plan, origin } = aggregate;
    if (plan === null || origin === null) return;
    const startedAt = aggregate.state?.head.startedAt ?? null;
    for (const { worker, work } of leases) {
      const { state } = aggregate;
      worker.assign(
        isLocalRun(work) && state !== null
          ? toLocalRunAssignment(plan, origin, state, work, now, settings)
          : toAssignment(plan, origin, startedAt, work, settings),
      );
    }
    for (const key of changes.workCancelled) dispatcher.cancelHeld(attemptRef(id, key), { lost: false, force: false });
    for (const key of changes.workDone) {
      if (isLocalRun(key)) dispatcher.cancelHeld(attemptRef(id, key), { lost: true, force: true });
    }
    for (const attempt of changes.attempts) {
      if (attempt.reason !== 'reused') stats.attemptEnded(attempt.status);
      if (endedWithoutReport(attempt)) dispatcher.cancelHeld(attemptRef(id, attempt), { lost: true, force: true });
    }
    for (const wait of changes.waits) if (wait.dueAt !== null) timers.arm(wait.dueAt);
    if (changes.outbox.length > 0) deliverAll(decided, origin, version);
    if (changes.slots !== null) for (const request of changes.slots.requests) granter.touch(limitsOf(request));
    if (commit.create !== null) stats.runStarted();
    const status = changes.head?.status ?? null;
    if (status !== null && isRunEnd(status)) {
      stats.runEnded(status);
      waiters.ended(id, status);
    }
    if (bus.heard()) publishCommit(bus, decided, version, now);
  };

  function deliverAll({ commit: { id, changes } }: Decided, origin: RunOrigin, version: number): void {
    changes.outbox.forEach((message, ordinal) => {
      deliver({ key: { run: id, version, ordinal }, message, origin });
    });
  }
}
