import type { ActionBody, ActionType } from '../definitions/action.ts';
import type { Parameters } from '../definitions/parameters.ts';
import type { RetryPolicy } from '../definitions/retry.ts';
import type { ConcurrencyLimit, RateLimit, Transition } from '../definitions/workflow.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { Place } from '../values/place.ts';
import type { PlanHooks } from './plan-hooks.ts';

/**
 * A workflow compiled, validated and frozen: what a run executes. Plain JSON; its identity is the hash of its content, so
 * the same workflow at another revision has the same plan. Actions are frozen copies: a later edit of the workspace never
 * changes a run in flight.
 */
export type Plan = Readonly<{
  format: 1;
  workspace: string;
  workflow: string;
  description?: string;
  input: Parameters;
  vars: JsonObject;
  output: JsonObject | string | null;
  failFast: boolean;
  timeoutMs: number | null;
  /** How long a step may take to end after it was asked to stop; absent: as the server says. */
  stopGraceMs?: number;
  priority: number;
  queue: string;
  /** `local`: one worker carries the whole run out, in one folder (run/local/). */
  mode: 'distributed' | 'local';
  /** Present: a local run whose worker is lost fails instead of beginning again. */
  failsOnWorkerLoss?: true;
  concurrency: readonly ConcurrencyLimit[] | null;
  /** Absent: there is none. */
  rateLimit?: RateLimit;
  hooks: PlanHooks;
  /** Of the whole workspace; absent when it has none. */
  workspaceHooks?: PlanHooks;
  /** Of a workflow of a pack: what its expressions read as `config`. */
  config?: JsonObject;
  /** The values of the connections that its steps read; where they hold secrets, templates. Absent: they read none. */
  connections?: Readonly<Record<string, JsonObject>>;
  /** A step's number is its index here. */
  steps: readonly PlanStep[];
  /** JSON pointers from the root of the plan (`/steps/build/when`, `/steps/build/action/body/cmd`, `/output/tag`). */
  places: Readonly<Record<string, Place>>;
}>;

export type PlanStep = Readonly<{
  index: number;
  name: string;
  description?: string;
  entry: 'dependencies' | 'transitions';
  dependsOn: readonly number[];
  /** Steps that depend on this one. */
  dependants: readonly number[];
  next: readonly Transition[];
  join: 'all' | number | null;
  maxIterations: number;
  when: string | null;
  action: PlanAction;
  input: JsonObject;
  /** It gets the run's input instead: the one step of an action that has a run of its own. */
  takesRunInput?: true;
  /** Over the action's own `env`. */
  env: Readonly<Record<string, string>>;
  forEach: string | readonly Json[] | number | null;
  /** How many items are under way at once; null: see `itemsAtOnce`. */
  itemConcurrency: number | null;
  batchSize: number | null;
  onItemFailure: 'finish' | 'stop' | 'ignore';
  concurrency: readonly ConcurrencyLimit[] | null;
  rateLimit: RateLimit | null;
  /** How many attempts of the step's queue may be under way at once; absent: any number. */
  queueLimit?: number;
  retry: RetryPolicy | null;
  timeoutMs: number | null;
  stepTimeoutMs: number | null;
  queueTimeoutMs: number | null;
  delay: number | string | null;
  continueOnFailure: boolean;
  cache: Readonly<{ key: string; ttlMs: number }> | null;
  priority: number;
  /** Present: its processes get the folder that all such steps of a run share. */
  sharedFolder?: true;
  /** Present: its processes get the address of the API, and a token of the attempt for it. */
  api?: true;
  /** Which workers may take its attempts; null for steps that the engine itself carries out (workflow, wait, …). */
  lane: Lane | null;
}>;

/** A resolved action. `inline` actions may read every name; named ones only `input` and what is global. */
export type PlanAction = Readonly<{
  name: string;
  type: ActionType;
  inline: boolean;
  input: Parameters | null;
  output: Parameters | null;
  body: ActionBody;
  /** Of a named action of a pack: what its body reads as `config`. */
  config?: JsonObject;
  /** What the body's templates read beyond `input` and `run`, so that the engine sends just these values to the worker. */
  reads: readonly (readonly (string | number)[])[];
}>;

/**
 * A class of work: whose it is, and what a worker must have to take it. Lanes are few (one for each queue, capability and set
 * of labels that a workspace uses), are known when a plan is stored, and let a claim be one index range instead of a match row
 * by row. Workers are shared fairly between the lanes' shares (`shareOf`).
 */
export type Lane = Readonly<{
  /** Absent: of a plan that was made before lanes knew whose they are. */
  workspace?: string;
  queue: string;
  capability: LaneCapability;
  labels: readonly string[];
}>;

/** What a lane asks for: mostly one capability; several stand side by side (`shell+shared_folder`, lane-capability.ts). */
export type LaneCapability = Capability | `${Capability}+${string}`;

/**
 * What a worker can execute. `docker` and `kubernetes` also carry shell and script actions that name an image;
 * `local` carries out whole runs; `shared_folder` tells that it reaches the folders that steps of a run share.
 */
export type Capability =
  | 'shell'
  | 'script'
  | 'http'
  | 'function'
  | 'docker'
  | 'kubernetes'
  | 'cloud_run'
  | 'fargate'
  | 'container_app'
  | 'local'
  | 'shared_folder';
