import type { AttemptResult, Fault, Json, JsonObject, RunId } from '@millrace/core';
import { failed, StepFault, stopped, succeeded } from '../attempt-results.ts';
import type { ExecutionContext, Executor } from '../executor.ts';

/** What a step's function gets besides its input. */
export type StepFunctionContext = Readonly<{
  run: RunId;
  workflow: string;
  workspace: string;
  step: string;
  attempt: number;
  /** Index of the item in a for-each; -1 elsewhere. */
  item: number;
  /** What the workspace configured for the pack that the action is of; empty elsewhere. */
  config: JsonObject;
  /** Aborts when the step is cancelled, its time is over or its lease is lost; stop as soon as possible then. */
  signal: AbortSignal;
  /** Writes a line to the step's log. */
  log(text: string): void;
}>;

/** The body of a `function` action. What it returns is the step's output (`undefined`: null); what it throws is its fault. */
export type StepFunction = (
  input: JsonObject,
  context: StepFunctionContext,
) => Promise<Json | undefined> | Json | undefined;

/**
 * Executes `function` actions: functions of this process, by name. A function that does not heed its signal cannot be
 * killed: after the grace the worker ends the attempt without it, and what it returns later is dropped.
 */
export function createFunctionExecutor(registry: ReadonlyMap<string, StepFunction>): Executor {
  return {
    capability: 'function',
    needsFolders: false,
    execute: (context) => call(registry, context),
  };
}

async function call(registry: ReadonlyMap<string, StepFunction>, context: ExecutionContext): Promise<AttemptResult> {
  const { assignment } = context;
  const startedAt = performance.now();
  if (assignment.body.type !== 'function') throw new TypeError(`The function executor got ${assignment.body.type}.`);
  const name = assignment.body.function;
  const body = registry.get(name);
  if (body === undefined) return failed(unknownFunction(name, registry), startedAt);
  try {
    const called = body(assignment.input, new FunctionContext(context));
    return result(isThenable(called) ? await called : called, context, startedAt);
  } catch (cause) {
    // A function that was asked to stop and then throws has stopped.
    const reason = context.stopReason;
    return reason === null ? failed(thrownFault(name, cause), startedAt) : stopped(reason, assignment, startedAt);
  }
}

const isThenable = (value: unknown): value is Promise<Json | undefined> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

function result(output: Json | undefined, context: ExecutionContext, startedAt: number): AttemptResult {
  if (output === undefined || output === null) return succeeded(null, startedAt);
  // Small scalars need no look; anything else goes through JSON, so that what is stored is what later steps see.
  if (typeof output === 'boolean' || (typeof output === 'number' && Number.isFinite(output)))
    return succeeded(output, startedAt);
  let text: string | undefined;
  try {
    text = JSON.stringify(output);
  } catch (cause) {
    return failed(notJson(context, cause instanceof Error ? cause.message : String(cause)), startedAt);
  }
  if (text === undefined) return failed(notJson(context, `it is a ${typeof output}`), startedAt);
  const { outputBytes } = context.assignment.limits;
  if (text.length > outputBytes || (text.length * 3 > outputBytes && Buffer.byteLength(text) > outputBytes)) {
    const bytes = Buffer.byteLength(text);
    return failed(
      {
        code: 'output_too_large',
        message: `The function's output has ${bytes} bytes as JSON; a step's output may have ${outputBytes}.`,
        hint: 'Keep big data elsewhere and return its address, or raise `limits.output_bytes` of the server.',
        details: { bytes, limit: outputBytes },
        retryable: false,
      },
      startedAt,
    );
  }
  return succeeded(typeof output === 'string' ? output : (JSON.parse(text) as Json), startedAt);
}

const notJson = (context: ExecutionContext, why: string): Fault => ({
  code: 'invalid_output',
  message: `What the function of step ${context.assignment.stepName} returned cannot be written as JSON: ${why}.`,
  hint: 'Return null, booleans, finite numbers, strings, and lists and objects of these.',
  retryable: false,
});

function unknownFunction(name: string, registry: ReadonlyMap<string, StepFunction>): Fault {
  const known = [...registry.keys()].sort();
  return {
    code: 'unknown_function',
    message: `No function named ${JSON.stringify(name)} is registered in this worker.`,
    hint: known.length === 0 ? 'No function is registered at all.' : `Registered: ${known.slice(0, 20).join(', ')}.`,
    retryable: false,
  };
}

function thrownFault(name: string, cause: unknown): Fault {
  if (cause instanceof StepFault) return cause.fault;
  const error = typeof cause === 'object' && cause !== null ? (cause as Readonly<Record<string, unknown>>) : {};
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    code: typeof error.code === 'string' && error.code !== '' ? error.code : 'function_failed',
    message: message === '' ? `The function ${name} threw an error without a message.` : message,
    ...(typeof error.hint === 'string' ? { hint: error.hint } : {}),
    ...(typeof error.retryable === 'boolean' ? { retryable: error.retryable } : {}),
  };
}

/** The context of one call. Getters, so that signals are made only for functions that look at them. */
class FunctionContext implements StepFunctionContext {
  readonly #context: ExecutionContext;

  constructor(context: ExecutionContext) {
    this.#context = context;
    this.log = this.log.bind(this);
  }

  get run(): RunId {
    return this.#context.assignment.run;
  }
  get workflow(): string {
    return this.#context.assignment.workflow;
  }
  get workspace(): string {
    return this.#context.assignment.workspace;
  }
  get step(): string {
    return this.#context.assignment.stepName;
  }
  get attempt(): number {
    return this.#context.assignment.attempt;
  }
  get item(): number {
    return this.#context.assignment.item;
  }
  get config(): JsonObject {
    const { config } = this.#context.assignment.names;
    return typeof config === 'object' && config !== null && !Array.isArray(config) ? (config as JsonObject) : {};
  }
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  log(text: string): void {
    void this.#context.log.write('stdout', Buffer.from(`${text}\n`));
  }
}
