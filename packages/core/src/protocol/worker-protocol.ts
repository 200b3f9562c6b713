// The protocol between a worker and a server.
//
// One main call, `sync`, carries finished results, the list of running attempts (a heartbeat) and the number of free
// slots; its answer carries new assignments and cancellations, and confirms results. It waits (long poll) when there is
// nothing to say. So a busy worker spends one round trip per step.
//
// Lost messages: a result is sent again until it is confirmed. Answers are numbered (`sequence`); each holds every assignment
// and cancellation that the worker has not acknowledged by `received`, so losing an answer loses nothing, and the worker
// ignores what it already has. A worker that hears nothing for the length of its lease stops its attempts: others will run
// them.
//
// A local run is handed over as a whole (`localRuns`). The worker executes its steps by itself and reports what it did in
// batches (`reports`); it is held, cancelled and given back under the reference of the run itself.
//
// Secrets are in no assignment. A worker asks for them (`readSecrets`) right before it executes an attempt that needs some,
// and gets only those that this attempt's step reads, only while it holds the attempt (or its local run).
//
// Assignments may be more than `freeSlots`: for quick work the server sends a line ahead. The worker keeps the line and
// gives it back (`returned`) when it stops.
import type { ActionBody } from '../definitions/action.ts';
import type { Capability, Plan } from '../plan/plan.ts';
import type { AttemptResult } from '../run/command.ts';
import type { LocalEntry } from '../run/local/local-entry.ts';
import type { AttemptKey, Instant, RunOrigin } from '../run/records.ts';
import type { RunId, WorkerId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';
import type { Place } from '../values/place.ts';

export type AttemptRef = AttemptKey & Readonly<{ run: RunId }>;

export type WorkerDescription = Readonly<{
  id: WorkerId;
  name: string;
  labels: readonly string[];
  capabilities: readonly Capability[];
  queues: readonly string[];
  /** It takes work of these workspaces only; absent: of all. */
  workspaces?: readonly string[];
  /** How many attempts it executes at once. */
  slots: number;
  version: string;
  host: string;
  pid: number;
}>;

export type SyncRequest = Readonly<{
  worker: WorkerDescription;
  results: readonly (AttemptRef & Readonly<{ result: AttemptResult }>)[];
  /** Of local runs. One report of a run is under way at a time. Absent: none. */
  reports?: readonly LocalRunReport[];
  /** Everything it holds: running, or waiting in its line. null: as in its last call (the list is long and did not matter). */
  running: readonly AttemptRef[] | null;
  /** The highest `sequence` that it has seen; 0 at first. */
  received: number;
  /** Assignments that the worker gives back unstarted (it is stopping). */
  returned: readonly AttemptRef[];
  freeSlots: number;
  /** It takes nothing new. Its last call says so with nothing running and nothing to report; then it is forgotten. */
  stopping: boolean;
  /** How long the server may wait for something to say; 0: answer at once. */
  waitMs: number;
}>;

export type SyncResponse = Readonly<{
  sequence: number;
  assignments: readonly Assignment[];
  /** Absent: none. */
  localRuns?: readonly LocalRunAssignment[];
  /** Attempts to stop. `lost`: another worker owns it now, so its result is of no use. */
  cancellations: readonly (AttemptRef & Readonly<{ lost: boolean; force: boolean }>)[];
  /** Results of this request that are dealt with (committed, or refused as stale). */
  confirmed: readonly AttemptRef[];
  /** Reports of this request that are committed, with how many entries are by now. One that is stale is cancelled as lost. */
  recorded?: readonly (AttemptRef & Readonly<{ applied: number }>)[];
  /** How long the worker's leases last from now. */
  leaseMs: number;
}>;

/** A whole run handed to a worker, which carries it out in one folder. The reference is the run's own (step -1). */
export type LocalRunAssignment = AttemptRef &
  Readonly<{
    origin: RunOrigin;
    plan: Plan;
    input: JsonObject;
    startedAt: Instant | null;
    /** Where the numbers of iterations begin. */
    first: number;
    /** The server's time when it was handed over: the worker's clock may be another. */
    now: Instant;
    limits: AttemptLimits;
  }>;

/** What is new in the record of a local run: entry `from` and those after it. */
export type LocalRunReport = AttemptRef & Readonly<{ from: number; entries: readonly LocalEntry[] }>;

/** One attempt handed to a worker. */
export type Assignment = AttemptRef &
  Readonly<{
    workspace: string;
    revision: string;
    workflow: string;
    stepName: string;
    actionName: string;
    body: ActionBody;
    /** Environment from the step, under that of the body. Rendered by the engine: these are values, not templates. */
    env: Readonly<Record<string, string>>;
    /** Present: its processes get the folder that such steps of the run share. */
    sharedFolder?: true;
    /** Present: its processes get the address of the API, and a token of this attempt. */
    api?: true;
    input: JsonObject;
    /** The names that the body's templates may read, beside `input`: `run`, `item`, `steps`, … */
    names: JsonObject;
    timeoutMs: number | null;
    /** Where each template of the body stands; pointers from the body's root (`/cmd`). */
    places: Readonly<Record<string, Place>>;
    limits: AttemptLimits;
    /** Pointers to parts of `input` that the action calls secret, to be masked; absent: there are none. */
    secretInput?: readonly string[];
    /** Present: it reads what only its worker may know. */
    secrets?: AssignmentSecrets;
  }>;

/** Where secrets go in an assignment; their values come by `readSecrets`. Pointers are JSON pointers. */
export type AssignmentSecrets = Readonly<{
  names: readonly string[];
  /** Those of them of which fields are read (`secrets.db.password`): their values are JSON objects. Absent: none. */
  withFields?: readonly string[];
  /** Values of the connections that it reads; their texts may read `secrets`. */
  connections: Readonly<Record<string, JsonObject>>;
  /** Texts of `input` that are still templates. */
  input: readonly string[];
  /** Variables of `env` that are. */
  env: readonly string[];
  /** Texts of `names.config` that are. */
  bodyConfig: readonly string[];
  /** Texts of `scope.config` that are. */
  ownConfig: readonly string[];
  /** What those of `input` and `env` read beside secrets and connections. */
  scope: JsonObject;
  /** Where they stand: `/input/headers/authorization`, `/env/TOKEN`. */
  places: Readonly<Record<string, Place>>;
}>;

export type SecretsRequest = Readonly<{
  worker: WorkerId;
  /** What the worker holds: the attempt, or the local run that it is of. */
  held: AttemptRef;
  /** The step of the attempt. */
  step: number;
  names: readonly string[];
}>;

export type AttemptLimits = Readonly<{ outputBytes: number; logBytes: number; graceMs: number }>;

export type LogChunk = AttemptRef &
  Readonly<{
    /** Position of the first byte in the attempt's log. Sending the same chunk twice is harmless. */
    offset: number;
    /** Whole lines in the log format (log-line.ts), each ending in a line feed. */
    data: Uint8Array;
  }>;

/** How many runs one call of `endedRuns` may ask for. */
export const maxEndedRuns = 1_000;

export type EndedRuns = Readonly<{ ended: readonly RunId[]; unknown: readonly RunId[] }>;

/** What a worker talks to: the engine itself in the same process, or HTTP. */
export type WorkerProtocol = Readonly<{
  sync(request: SyncRequest, signal?: AbortSignal): Promise<SyncResponse>;
  appendLogs(chunks: readonly LogChunk[]): Promise<void>;
  /** The files of a workspace at a revision, as a gzipped tar stream; null when the workspace has no files. */
  openFiles(workspace: string, revision: string): Promise<AsyncIterable<Uint8Array> | null>;
  /**
   * The values of secrets that an attempt reads, by name. Codes: lease_lost (the worker does not hold it), secret_missing,
   * secret_unreadable, secret_source_unavailable, secret_source_refused, invalid_request (its step reads no such
   * secret), store_unavailable.
   */
  readSecrets(request: SecretsRequest): Promise<Readonly<Record<string, string>>>;
  /** Which of these runs have ended, and which the server does not know, so that what is kept for them may go. */
  endedRuns(runs: readonly RunId[]): Promise<EndedRuns>;
}>;
