import type {
  Approver,
  AttemptKey,
  Instant,
  LimitKey,
  LimitKind,
  LoadedRun,
  PlanHash,
  Reach,
  RunId,
  RunRecord,
  RunStatus,
  StepKey,
  StoredEvent,
  WhenFull,
  WorkerDescription,
} from '@millrace/core';
import type { AuditFilter, AuditRow } from './audit-store.ts';
import type { Delivery, DeliveryOutcome } from './delivery-store.ts';
import type { StoredSchedule } from './schedule-store.ts';

/** Every filter may have a `reach`: then only what is within it is there at all. Absent: everything is. */
export type RunFilter = Readonly<{
  workspace?: string;
  workflow?: string;
  status?: readonly RunStatus[];
  /** Only runs that nobody but a person, clock or event started. */
  topLevel?: boolean;
  parent?: RunId;
  /** Only re-runs of this run. */
  rerunOf?: RunId;
  createdAfter?: Instant;
  createdBefore?: Instant;
  tag?: string;
  reach?: Reach;
}>;

/** A page by key: `after` is the cursor of the page before. Newest first. */
export type Page = Readonly<{ limit: number; after: string | null }>;
export type Paged<Item> = Readonly<{ items: readonly Item[]; next: string | null }>;

/** A run without its input and output. */
export type RunSummary = Omit<RunRecord, 'input' | 'output' | 'control'> & Readonly<{ cancelling: boolean }>;

/** All that a run's state is derived from, with the newest of its re-runs. */
export type StoredRun = LoadedRun & Readonly<{ reruns: readonly RunSummary[] }>;

/** One of a workflow's newest runs: enough to see how it goes. */
export type LatestRun = Pick<RunSummary, 'id' | 'workflow' | 'status' | 'createdAt' | 'startedAt' | 'endedAt'>;

export type WorkerSummary = Readonly<{
  worker: WorkerDescription;
  leaseUntil: Instant;
  registeredAt: Instant;
  held: number;
  /** Since when it shall get nothing new; null: it may. */
  drainingSince: Instant | null;
}>;

export type ApprovalFilter = Readonly<{
  workspace?: string;
  workflow?: string;
  run?: RunId;
  /** Only those that this person may answer. */
  approver?: Approver;
  /** Of those, only what this person has not answered. */
  unanswered?: boolean;
  reach?: Reach;
}>;

export type EventFilter = Readonly<{ workspace?: string; type?: string; key?: string; reach?: Reach }>;

/** An open approval: its wait, and of which run it is. */
export type StoredApproval = AttemptKey &
  Readonly<{ run: RunId; workspace: string; workflow: string; plan: PlanHash; document: string }>;

export type DeliveryFilter = Readonly<{
  workspace?: string;
  webhook?: string;
  outcome?: DeliveryOutcome;
  reach?: Reach;
}>;

/** A delivery without what was in it. */
export type DeliverySummary = Omit<Delivery, 'content'> & Readonly<{ kept: boolean }>;

export type ScheduleFilter = Readonly<{
  workspace?: string;
  workflow?: string;
  enabled?: boolean;
  /** In the name, in any case. */
  search?: string;
  /** Its next run should have begun before this moment. */
  dueBefore?: Instant;
  reach?: Reach;
}>;

export type LimitFilter = Readonly<{ workspace?: string; kind?: LimitKind; key?: string; reach?: Reach }>;

/** A limit that somebody holds or waits for. */
export type LimitSummary = LimitKey &
  Readonly<{
    /** That of the newest request: runs of an older plan may have come in by another number. */
    limit: number;
    /** Of a rate. */
    perMs: number | null;
    held: number;
    waiting: number;
    /** Since when the one that has waited for longest does. */
    waitingSince: Instant | null;
    /** Of a rate that is full: when it has room again. */
    freeAt: Instant | null;
  }>;

/** Who holds a limit, or waits for it; step -1 is the run itself. */
export type SlotPosition = StepKey & Readonly<{ run: RunId; since: Instant }>;

export type LimitDetail = LimitSummary &
  Readonly<{
    /** The longest first; at most 100. */
    holders: readonly SlotPosition[];
    /** In the order of the line; at most 100. */
    waiters: readonly (SlotPosition & Readonly<{ priority: number; whenFull: WhenFull }>)[];
  }>;

/** What people ask: lists, search, statistics. Never used by the engine to decide anything. */
export type Queries = Readonly<{
  listRuns(filter: RunFilter, page: Page): Promise<Paged<RunSummary>>;
  /** One run as it stands at one moment, in one round trip, with `mostReruns` of its re-runs; null: there is no such run. */
  runDetail(run: RunId, mostReruns: number): Promise<StoredRun | null>;
  /** The newest `each` runs of each workflow of a workspace, newest first. Workflows without runs are absent. */
  latestRuns(workspace: string, each: number, reach?: Reach): Promise<ReadonlyMap<string, readonly LatestRun[]>>;
  /** Open approvals, those of the newest runs first, then by step, iteration and item. */
  listApprovals(filter: ApprovalFilter, page: Page): Promise<Paged<StoredApproval>>;
  /** Events, newest first. */
  listEvents(filter: EventFilter, page: Page): Promise<Paged<StoredEvent>>;
  /** Entries of the audit log, newest first. */
  listAudit(filter: AuditFilter, page: Page): Promise<Paged<AuditRow>>;
  countRuns(filter: RunFilter): Promise<Readonly<Record<RunStatus, number>>>;
  /** By workspace and name. */
  listSchedules(filter: ScheduleFilter, page: Page): Promise<Paged<StoredSchedule>>;
  /** In the order of workspace, kind and key; at most `most`. */
  listLimits(filter: LimitFilter, most: number): Promise<readonly LimitSummary[]>;
  /** null: nobody holds it or waits for it. */
  limitDetail(key: LimitKey): Promise<LimitDetail | null>;
  /** Newest first. */
  listDeliveries(filter: DeliveryFilter, page: Page): Promise<Paged<DeliverySummary>>;
  listWorkers(): Promise<readonly WorkerSummary[]>;
  /** Ready (unleased) and leased attempts by lane. */
  countWork(): Promise<
    readonly Readonly<{
      /** null: of a plan that was made before lanes knew whose they are. */
      workspace: string | null;
      queue: string;
      capability: string;
      labels: readonly string[];
      ready: number;
      leased: number;
      oldestReadyAt: Instant | null;
    }>[]
  >;
}>;
