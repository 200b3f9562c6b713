import type { Json, JsonObject } from '../values/json.ts';
import type { Parameters } from './parameters.ts';
import type { RetryPolicy } from './retry.ts';

/** The keys that every action has, whatever its type. Durations are milliseconds. */
export type ActionDefinition = Readonly<{
  name: string;
  description?: string;
  input: Parameters;
  output?: Parameters;
  labels: readonly string[];
  queue?: string;
  retry?: RetryPolicy;
  timeoutMs?: number;
  tags: readonly string[];
  /** Of an action of a pack: what its expressions read as `config`. */
  config?: JsonObject;
  body: ActionBody;
}>;

/**
 * What an action does. Every string in a body may be a template; it is rendered as late as possible: by the worker for
 * bodies that a worker executes, by the engine for the others.
 */
export type ActionBody =
  | ShellBody
  | ScriptBody
  | DockerBody
  | PodBody
  | HttpBody
  | WorkflowBody
  | ApprovalBody
  | WaitBody
  | EmitBody
  | CloudBody
  | FunctionBody;

export type ActionType = ActionBody['type'];

export type Resources = Readonly<{ cpu?: string; memory?: string }>;
export type Env = Readonly<Record<string, string>>;

/** `cmd` is shell text; `script` is a file of the workspace. Exactly one of them. */
export type ShellBody = Readonly<{
  type: 'shell';
  cmd?: string;
  script?: string;
  args?: readonly string[];
  shell?: string;
  image?: string;
  env?: Env;
  workdir?: string;
  resources?: Resources;
}>;

/** `code` is inline text, `entrypoint` a file of the workspace. Exactly one of them. `code` is never a template. */
export type ScriptBody = Readonly<{
  type: 'script';
  runtime: string;
  runtime_version?: string;
  code?: string;
  entrypoint?: string;
  args?: readonly string[];
  dependencies?: readonly string[];
  input_via: 'stdin' | 'file' | 'env';
  output_format: 'text' | 'json' | 'yaml' | 'jsonl';
  image?: string;
  env?: Env;
  workdir?: string;
  resources?: Resources;
}>;

export type DockerBody = Readonly<{
  type: 'docker';
  image: string;
  command?: readonly string[];
  entrypoint?: readonly string[];
  env?: Env;
  workdir?: string;
  resources?: Resources;
}>;

export type PodBody = Readonly<{
  type: 'pod';
  image?: string;
  command?: readonly string[];
  env?: Env;
  resources?: Resources;
  manifest?: JsonObject;
}>;

export type HttpBody = Readonly<{
  type: 'http';
  url: string;
  method: string;
  headers?: Readonly<Record<string, string>>;
  query?: JsonObject;
  body?: Json;
  /** What counts as success: status codes or classes (`200`, `2xx`). Default: 2xx. */
  expect?: Readonly<{ status?: readonly (number | string)[] }>;
}>;

export type WorkflowBody = Readonly<{ type: 'workflow'; workflow: string; wait: boolean }>;

/** Whoever one of the lists names, himself or by what he is in. No list at all: everybody. */
export type Approvers = Readonly<{
  users?: readonly string[];
  groups?: readonly string[];
  roles?: readonly string[];
}>;

export type ApprovalBody = Readonly<{
  type: 'approval';
  prompt: string;
  form?: Parameters;
  approvers?: Approvers;
  quorum?: number;
  /** Whoever started the run may not answer. */
  separation_of_duty?: boolean;
  timeoutMs?: number;
  on_timeout?: 'fail' | 'skip' | 'approve';
  escalate?: Readonly<{
    afterMs: number;
    approvers: Approvers;
  }>;
}>;

/** Exactly one of `for` (a duration text or template), `until` (a time or an expression) and `event`. */
export type WaitBody = Readonly<{
  type: 'wait';
  for?: string;
  until?: string;
  event?: string;
  when?: string;
  timeoutMs?: number;
}>;

export type EmitBody = Readonly<{ type: 'emit'; event: string; payload?: JsonObject }>;

export type CloudBody = Readonly<{
  type: 'cloud_run' | 'fargate' | 'container_app';
  image?: string;
  job?: string;
  task_definition?: string;
  command?: readonly string[];
  env?: Env;
  resources?: Resources;
  region?: string;
}>;

export type FunctionBody = Readonly<{ type: 'function'; function: string }>;
