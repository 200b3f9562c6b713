import type { RunEndStatus, StepEndStatus } from '@millrace/core';
import type { DeliveryOutcome } from './ports/delivery-store.ts';
import type { LastTick } from './ports/schedule-store.ts';
import type { RetentionKind } from './retention/retention.ts';

/** Counts since the start of this server; for metrics. */
export class StatsCounter {
  runsStarted = 0;
  staleReports = 0;
  readonly runsEnded: Record<RunEndStatus, number> = { succeeded: 0, failed: 0, cancelled: 0, timed_out: 0 };
  readonly attemptsEnded: Record<StepEndStatus, number> = {
    succeeded: 0,
    failed: 0,
    timed_out: 0,
    cancelled: 0,
    skipped: 0,
  };

  readonly ticks: Record<LastTick['result'], number> = { started: 0, skipped: 0, failed: 0 };
  readonly deliveries: Record<DeliveryOutcome, number> = { accepted: 0, duplicate: 0, ignored: 0, refused: 0 };

  /** What was kept no longer. */
  readonly removed: Record<RetentionKind, number> = { runs: 0, events: 0, deliveries: 0, revisions: 0, audit: 0 };

  runStarted(): void {
    this.runsStarted += 1;
  }

  runEnded(status: RunEndStatus): void {
    this.runsEnded[status] += 1;
  }

  attemptEnded(status: StepEndStatus): void {
    this.attemptsEnded[status] += 1;
  }

  tickDecided(result: LastTick['result']): void {
    this.ticks[result] += 1;
  }

  deliveryLogged(outcome: DeliveryOutcome): void {
    this.deliveries[outcome] += 1;
  }

  oldRemoved(kind: RetentionKind, count: number): void {
    this.removed[kind] += count;
  }

  staleReport(): void {
    this.staleReports += 1;
  }
}
