import type { Fault, Instant, Json, JsonObject, RunStatus, StepReason, StepStatus } from '@millrace/core';

/**
 * What one execution of a mocked step comes to, after `durationMs` of virtual time. `lost`: its worker died. Of an approval:
 * `answer`, or `unanswered`, which leaves it to its time-out.
 */
export type MockedResult = Readonly<{ durationMs: number }> &
  Readonly<
    | { kind: 'output'; output: Json }
    | { kind: 'error'; error: Fault }
    | { kind: 'lost' }
    | ({ kind: 'answer' } & Omit<MockedAnswer, 'durationMs'>)
    | { kind: 'unanswered' }
  >;

/** What people say to an approval. `by` null: as many of those who may answer as it takes. */
export type MockedAnswer = Readonly<{
  durationMs: number;
  decision: 'approve' | 'reject';
  by: readonly string[] | null;
  values: JsonObject;
  comment: string | null;
}>;

/**
 * By path: the results of a step's executions in turn, attempts and iterations alike; the last one repeats. A path leads
 * through the steps that call workflows: `build`, `build[3]` (an item), `call.build`, `call[2].build`. Where several fit,
 * the one with most items wins. What a hook calls stands behind it: `on_failure.tell` (an action), `on_failure.report.build` (a
 * step of a workflow); without a mock its steps succeed with null.
 */
export type Mocks = ReadonlyMap<string, readonly MockedResult[]>;

export type RehearsalRequest = Readonly<{
  workflow: string;
  input: JsonObject;
  /** The virtual time of the start. */
  startsAt: Instant;
  mocks: Mocks;
  /** Emitted into the workspace so long after the start. */
  events: readonly Readonly<{ afterMs: number; type: string; payload: JsonObject }>[];
  cancel: Readonly<{ afterMs: number; reason: string | null; force: boolean }> | null;
}>;

/** How a step, or an item of it, stood at the end. `began` and `ended` count the events of the rehearsal in their order. */
export type RehearsedStep = Readonly<{
  status: StepStatus;
  reason: StepReason | null;
  /** What its last execution was called with; undefined: it was not executed. */
  input: Json | undefined;
  output: Json;
  error: Fault | null;
  attempts: number;
  began: number | null;
  ended: number | null;
}>;

/** A hook that was called. `call` is its path: `on_failure.tell`, of a child run `call.on_failure.tell`. */
export type RehearsedHook = Readonly<{
  call: string;
  /** undefined: it could not be called. */
  input: JsonObject | undefined;
  /** Of its run; null: there is none. */
  status: RunStatus | null;
  error: Fault | null;
}>;

export type Rehearsed = Readonly<{
  /** `refused`: the run could not be started. */
  outcome:
    | Readonly<{ kind: 'run'; status: RunStatus; output: Json; error: Fault | null }>
    | Readonly<{ kind: 'refused'; code: string; message: string }>;
  /** By path, of the run and of all runs that it started. */
  steps: ReadonlyMap<string, RehearsedStep>;
  hooks: readonly RehearsedHook[];
  /** Virtual time from the start of the run to its end. */
  elapsedMs: number;
  /** Paths of the steps that were executed and had no mock, each once. */
  unmocked: readonly string[];
  /** Why the run did not come to its end; null: it did. */
  stuck: string | null;
}>;
