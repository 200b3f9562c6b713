import type {
  AttemptKey,
  Definitions,
  Json,
  JsonObject,
  Plan,
  Reach,
  ReusedStep,
  RunEndStatus,
  RunId,
  RunRecord,
  RunStatus,
  StartingPoint,
  StepSummary,
  StoredEvent,
  WorkerId,
  WorkerProtocol,
} from '@millrace/core';
import type { AnswerOutcome, AnswerRequest } from './approvals/answer-approval.ts';
import type { DelegateOutcome, DelegateRequest } from './approvals/delegate-approval.ts';
import type { OpenApproval } from './approvals/open-approval.ts';
import type { Audit } from './audit/create-audit.ts';
import type { EmitEventRequest } from './events/emit-event.ts';
import type { EventDetail } from './events/read-events.ts';
import type { ExplainRequest } from './explain/explain-run.ts';
import type { Explanation } from './explain/explanation.ts';
import type { Joining } from './joining/create-joining.ts';
import type { NamedLimit } from './limits/list-limits.ts';
import type { QueueSummary } from './limits/list-queues.ts';
import type { People } from './people/create-people.ts';
import type { BlobStore } from './ports/blob-store.ts';
import type { DeliveryOutcome } from './ports/delivery-store.ts';
import type { ApprovalFilter, LimitFilter, Page, Paged, Queries, RunSummary } from './ports/queries.ts';
import type { LastTick } from './ports/schedule-store.ts';
import type { Store } from './ports/store.ts';
import type { Revision, StoredDiagnostic } from './ports/workspace-store.ts';
import type { EngineEvent } from './realtime/event-bus.ts';
import type { Retention, RetentionKind } from './retention/retention.ts';
import type { BulkAnswer, BulkRequest } from './runs/bulk-runs.ts';
import type { HookCallState } from './runs/find-hook-calls.ts';
import type { AttemptDetail, AttemptFilter } from './runs/list-attempts.ts';
import type { Schedules } from './schedules/create-schedules.ts';
import type { Secrets } from './secrets/create-secrets.ts';
import type { Webhooks } from './webhooks/create-webhooks.ts';
import type { HeldAttempt } from './workers/list-held.ts';
import type { DefinitionSource, RevisionPack } from './workspaces/kept-sources.ts';

export type StartRunRequest = Readonly<{
  workspace: string;
  workflow: string;
  input: JsonObject;
  /** What starts it: `{ type: 'api' | 'cli' | …, … }`. */
  trigger: JsonObject;
  /** Idempotency: a second start with the same key in the workspace gives the first one's run. */
  startKey?: string;
  tags?: readonly string[];
  priority?: number;
  /** Default: the live revision. */
  revision?: string;
  /** Where who asks may start workflows; absent: everywhere. */
  within?: Reach;
}>;

export type RerunRequest = Readonly<{
  /** Not empty. What failed, was cancelled or did not run runs again in any case. */
  from: readonly StartingPoint[];
  /** Takes the place of those inputs of the old run; checked as that of a start. */
  input?: JsonObject;
  /** Default: `same`. */
  plan?: 'same' | 'live' | Readonly<{ revision: string }>;
  /** Idempotency, as of a start. */
  startKey?: string;
  /** The account that asks, whose run it is then; absent: it stays with whoever started the old one. */
  account?: string;
  /** Where who asks may control runs, the new one as well; absent: everywhere. */
  within?: Reach;
}>;

export type RunDetail = Readonly<{
  run: RunRecord;
  input: JsonObject;
  output: Json;
  steps: Readonly<Record<string, StepSummary>>;
  /** Of a re-run: what its steps took over, by their names. */
  reused: Readonly<Record<string, ReusedStep>>;
  /** Runs that are re-runs of this one, newest first; not all if they are very many. */
  reruns: readonly RunSummary[];
  /** Hooks that it called, and what became of them. */
  hooks: readonly HookCallState[];
  plan: Plan;
}>;

export type PublishRequest = Readonly<{
  workspace: string;
  revision: string;
  /** Where it comes from, for people: `{ type: 'folder', path }`. */
  source: JsonObject;
  /** null: the source is invalid; `diagnostics` say why, and the live revision stays. */
  definitions: Definitions | null;
  diagnostics: readonly StoredDiagnostic[];
  /** Whether the definitions are kept in the blob store as well, so that others can be compared with them. Default: no. */
  keepDefinitions?: boolean;
  /** The texts that the definitions were read from, to be kept with them for people. Default: none. */
  sources?: readonly DefinitionSource[];
  /** The packs that were found, kept with the texts. Default: none. */
  packs?: readonly RevisionPack[];
  /** The workspace's other files as a gzipped tar, under a key of its own for each revision. */
  files: Readonly<{ key: string; data: Uint8Array | AsyncIterable<Uint8Array> }> | null;
}>;

export type PublishOutcome = Readonly<{
  /** The live revision after the call; null: there is none yet. */
  revision: string | null;
  /** The request's diagnostics, and those found while compiling. */
  diagnostics: readonly StoredDiagnostic[];
}>;

/** One attempt's log. */
export type LogRef = Omit<AttemptKey, 'step'> & Readonly<{ step: string }>;

export type LogRequest = Readonly<{
  run: RunId;
  /** Which attempts; what is left out matches all. */
  step?: string;
  item?: number;
  iteration?: number;
  attempt?: number;
  /** Where to go on: `next` of the page before. With exactly one matching attempt, `offset` alone does as well. */
  from?: LogCursor;
  offset?: number;
  limitBytes?: number;
}>;

export type LogCursor = LogRef & Readonly<{ offset: number }>;

export type LogPage = Readonly<{
  /** In the order of steps, iterations, items, attempts; each chunk ends at the end of a record. */
  chunks: readonly (LogRef & Readonly<{ offset: number; data: Uint8Array }>)[];
  /** Where to go on; null: nothing was found yet and nothing given to go on from. */
  next: LogCursor | null;
  /** The run has ended and everything that matches was given. */
  complete: boolean;
}>;

export type EngineStats = Readonly<{
  runsStarted: number;
  runsEnded: Readonly<Record<'succeeded' | 'failed' | 'cancelled' | 'timed_out', number>>;
  attemptsEnded: Readonly<Record<'succeeded' | 'failed' | 'timed_out' | 'cancelled' | 'skipped', number>>;
  /** Ticks of schedules that this server decided on. */
  ticks: Readonly<Record<LastTick['result'], number>>;
  /** Requests to webhooks that came to this server. */
  deliveries: Readonly<Record<DeliveryOutcome, number>>;
  /** What this server removed because it is kept no longer. */
  removed: Readonly<Record<RetentionKind, number>>;
  commits: number;
  commitRuns: number;
  commitConflicts: number;
  commitFailures: number;
  /** Time spent waiting for commits, in seconds. */
  commitSeconds: number;
  claims: number;
  claimedAttempts: number;
  staleReports: number;
  connectedWorkers: number;
  heldAttempts: number;
  cachedRuns: number;
  backlog: number;
  /** For each loop, how long it has been without success, in milliseconds; while it works, a few seconds at most. */
  loopSilenceMs: Readonly<Record<string, number>>;
}>;

/** The engine of one server: use cases for people and programs, the protocol for workers, and the loops behind them. */
export type Engine = Readonly<{
  name: string;
  /** Starts the loops: timers, schedules, reaper, outbox, leases, change feed. */
  start(): Promise<void>;
  /** Ends the loops and open waits. What is not finished goes on with the next start, here or elsewhere. */
  stop(): Promise<void>;
  /** Codes: workspace_not_found, workflow_not_found, forbidden (beyond `within`), invalid_input, too_large, overloaded, store_unavailable. */
  startRun(request: StartRunRequest): Promise<Readonly<{ run: RunId; created: boolean }>>;
  /**
   * Starts a re-run of an ended run. Codes: run_not_found, run_not_ended, invalid_request, invalid_input, too_large,
   * workflow_not_found, not_found, forbidden (beyond `within`), overloaded, store_unavailable.
   */
  rerunRun(run: RunId, request: RerunRequest): Promise<Readonly<{ run: RunId; created: boolean }>>;
  /** Codes: run_not_found, run_ended. */
  cancelRun(
    run: RunId,
    request: Readonly<{ by: string; reason: string | null; force: boolean }>,
  ): Promise<Readonly<{ status: RunStatus }>>;
  /** Nothing begins in the run any more until it is resumed. Codes: run_not_found, run_ended, run_paused, run_stopping, run_not_pausable. */
  pauseRun(
    run: RunId,
    request: Readonly<{ by: string; reason: string | null }>,
  ): Promise<Readonly<{ status: RunStatus }>>;
  /** Codes: run_not_found, run_ended, run_not_paused. */
  resumeRun(run: RunId, request: Readonly<{ by: string }>): Promise<Readonly<{ status: RunStatus }>>;
  /** Retries, pauses, resumes or cancels what a filter means, a page at a time. Codes: invalid_request, store_unavailable. */
  bulkRuns(request: BulkRequest): Promise<BulkAnswer>;
  /** Codes: run_not_found. */
  getRun(run: RunId): Promise<RunDetail>;
  /** The attempts of a run, ended and under way, in the order of steps, iterations, items and attempts. */
  listAttempts(run: RunId, filter: AttemptFilter, page: Page): Promise<Paged<AttemptDetail>>;
  /** Adds an event to a workspace and delivers it. Codes: invalid_request, too_large, workspace_not_found. */
  emitEvent(request: EmitEventRequest): Promise<Readonly<{ event: StoredEvent; created: boolean }>>;
  /** An event and what came of it. Codes: event_not_found. */
  getEvent(id: StoredEvent['id']): Promise<EventDetail>;
  /** Open approvals, those of the newest runs first. */
  listApprovals(filter: ApprovalFilter, page: Page): Promise<Paged<OpenApproval>>;
  /** Codes: run_not_found. */
  runApprovals(run: RunId): Promise<readonly OpenApproval[]>;
  /**
   * Answers an open approval; the same answer again is fine, also when it has ended since. Codes: run_not_found, not_found,
   * invalid_request (which one is meant?), invalid_input (the form), not_an_approver, approval_ended.
   */
  answerApproval(run: RunId, request: AnswerRequest): Promise<AnswerOutcome>;
  /** Lets another one answer in one's place. Codes: run_not_found, not_found, invalid_request, not_an_approver, approval_ended. */
  delegateApproval(run: RunId, request: DelegateRequest): Promise<DelegateOutcome>;
  /** Why a run, a step or an item does not go on, and who can change it. Codes: run_not_found, not_found, invalid_request. */
  explain(run: RunId, request?: ExplainRequest): Promise<Explanation>;
  /** Lets a worker get nothing new (what it holds goes on), or work again. Codes: not_found. */
  drainWorker(worker: WorkerId, draining: boolean): Promise<void>;
  /** What a worker holds now, the longest first; empty for one that is not known. */
  listHeld(worker: WorkerId): Promise<readonly HeldAttempt[]>;
  /** Limits that somebody holds or waits for, in the order of workspace, kind and key; at most `most`. */
  listLimits(filter: LimitFilter, most: number): Promise<readonly NamedLimit[]>;
  /** Queues that are defined, or in use. */
  listQueues(filter?: Readonly<{ workspace?: string }>): Promise<readonly QueueSummary[]>;
  /** Resolves with how the run ended; null when the time is over first. */
  waitForRun(
    run: RunId,
    options?: Readonly<{ signal?: AbortSignal; timeoutMs?: number }>,
  ): Promise<RunEndStatus | null>;
  readonly schedules: Schedules;
  readonly webhooks: Webhooks;
  readonly secrets: Secrets;
  readonly people: People;
  readonly audit: Audit;
  readonly workers: WorkerProtocol;
  /** Workers that come from outside, with tokens of their own. */
  readonly joining: Joining;
  readLogs(request: LogRequest): Promise<LogPage>;
  listLogs(run: RunId): Promise<readonly (LogRef & Readonly<{ sizeBytes: number }>)[]>;
  publishWorkspace(request: PublishRequest): Promise<PublishOutcome>;
  /** A revision; null as `revision` means the live one, as this server knows it. null: there is none. */
  findRevision(workspace: string, revision: string | null): Promise<Revision | null>;
  subscribe(listener: (event: EngineEvent) => void): () => void;
  /** How long this server keeps what is over. */
  readonly retention: Retention;
  readonly store: Store;
  readonly queries: Queries;
  readonly blobs: BlobStore;
  stats(): EngineStats;
}>;
