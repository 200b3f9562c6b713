import type { Fault, Json, JsonObject, Place, RunStatus, StepStatus } from '@millrace/core';

/** What one execution of a mocked step comes to, after `durationMs` of virtual time. */
export type MockedResult = Readonly<{ durationMs: number }> &
  Readonly<
    | { kind: 'output'; output: Json }
    | { kind: 'error'; error: Fault }
    | { kind: 'lost' } // its worker died
    // Of an approval. `by` null: as many people as it takes.
    | {
        kind: 'answer';
        decision: 'approve' | 'reject';
        by: readonly string[] | null;
        values: JsonObject;
        comment: string | null;
      }
    | { kind: 'unanswered' }
  >;

/** By step path (`build`, `build[3]`, `call.build`): the results of its executions in turn; the last one repeats. */
export type Mocks = ReadonlyMap<string, readonly MockedResult[]>;

export type ExpectedError = Readonly<{ code?: string; message?: string; step?: string }>;
export type ExpectedStep = Readonly<{
  status?: StepStatus;
  reason?: string;
  input?: Json;
  output?: Json;
  error?: ExpectedError;
  attempts?: number;
}>;

/** A hook that is to be called. `call`: `on_failure.tell`. */
export type ExpectedHook = Readonly<{ call: string; status?: RunStatus; input?: Json; error?: ExpectedError }>;

export type Expectation = Readonly<{
  status?: RunStatus;
  refused?: string;
  output?: Json;
  error?: ExpectedError;
  steps: ReadonlyMap<string, ExpectedStep>;
  /** All of them, in their order; absent: they are not compared. */
  hooks?: readonly ExpectedHook[];
  /** Each entry is a group of steps that may run side by side. */
  order: readonly (readonly string[])[];
  takesMs?: number;
}>;

/** One test of a workflow, read from a `*.test.yaml` file. */
export type WorkflowTest = Readonly<{
  name: string;
  description: string | null;
  at: Place;
  workflow: string;
  input: JsonObject;
  /** The virtual time at which the run starts. */
  startsAt: number;
  mocks: Mocks;
  /** What arrives in the workspace, so long after the start. */
  events: readonly Readonly<{ afterMs: number; type: string; payload: JsonObject }>[];
  cancel: Readonly<{ afterMs: number; reason: string | null; force: boolean }> | null;
  expect: Expectation;
  /** Where a part of the test stands, by its keys: `['expect', 'steps', 'build', 'status']`. */
  placeOf: (path: readonly (string | number)[]) => Place;
}>;
