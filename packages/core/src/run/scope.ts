import type { HostFunction, Scope } from '@millrace/expression';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { Needs } from '../plan/prepared-value.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { uuidFrom } from '../values/uuid-from.ts';
import { planStep, stepState } from './deciding.ts';
import type { Instant, RunHead, RunOrigin } from './records.ts';
import type { RunState } from './state.ts';
import { statusFunctions, visibleStep } from './status-functions.ts';
import { stepNames } from './step-names.ts';

/** Where an expression stands, and what it sees beside what every expression of the run sees. */
export type Viewpoint = Readonly<{
  plan: PreparedPlan;
  state: RunState;
  now: Instant;
  /** null: the workflow's output, which sees every step. */
  step: number | null;
  iteration: number;
  /** Whether the step has just ended, so that its own result is seen: a transition. */
  after?: boolean;
  attempt: number;
  item: ItemNames | null;
  uuids: { given: number };
}>;

export type ItemNames = Readonly<{ item: Json; index: number; total: number }>;

/**
 * What the expression can read. Only steps before the viewpoint's step are visible, since no other has surely ended;
 * and of them only those that it names are made, so that a scope costs the same in a run of thousands of steps.
 */
export function scopeFor(view: Viewpoint, needs: Needs, extra?: JsonObject): Scope {
  const { state } = view;
  const names: Record<string, Json> = { input: state.input, vars: state.vars, steps: visibleSteps(view, needs) };
  names.run = runNames(state, view.attempt);
  if (view.plan.plan.config !== undefined) names.config = view.plan.plan.config;
  if (view.item !== null) Object.assign(names, view.item);
  if (extra !== undefined) Object.assign(names, extra);
  return new ViewScope(view, names);
}

/** Status functions are made for expressions that call one: most do not. */
class ViewScope implements Scope {
  readonly names: JsonObject;
  readonly #view: Viewpoint;
  #functions: Readonly<Record<string, HostFunction>> | null = null;

  constructor(view: Viewpoint, names: JsonObject) {
    this.#view = view;
    this.names = names;
  }

  get now(): Instant {
    return this.#view.now;
  }

  get functions(): Readonly<Record<string, HostFunction>> {
    const { plan, state, step, after } = this.#view;
    if (step === null) return noFunctions;
    this.#functions ??= statusFunctions(plan, state, step, after === true);
    return this.#functions;
  }

  get uuid(): () => string {
    return () => nextUuid(this.#view);
  }
}

const noFunctions: Readonly<Record<string, HostFunction>> = {};

/** The name `run`, as expressions of the engine and of the worker read it. */
export function runNames(
  run: Readonly<{ origin: RunOrigin; head: Pick<RunHead, 'startedAt'> }>,
  attempt: number,
): JsonObject {
  const { origin, head } = run;
  return {
    id: origin.id,
    workflow: origin.workflow,
    workspace: origin.workspace,
    revision: origin.revision,
    started_at: head.startedAt === null ? null : isoTime(head.startedAt),
    attempt,
    trigger: origin.trigger,
    parent: origin.parent === null ? null : origin.parent.run,
    tags: origin.tags,
  };
}

/** Of the instants that are asked for, many in a row are the same; writing one costs more than all else here. */
const lastTime = { at: Number.NaN, text: '' };

function isoTime(at: Instant): string {
  if (at !== lastTime.at) Object.assign(lastTime, { at, text: new Date(at).toISOString() });
  return lastTime.text;
}

function visibleSteps(view: Viewpoint, needs: Needs): JsonObject {
  const steps: Record<string, Json> = {};
  for (const number of neededSteps(view, needs)) {
    steps[planStep(view.plan, number).name] = namesOfStep(view.state, number, needs.items);
  }
  return steps;
}

/** A step before this one by transitions may not have ended yet, or never run. */
function namesOfStep(state: RunState, step: number, items: boolean): JsonObject {
  const { ended } = stepState(state, step);
  return ended === null ? { output: null, status: 'pending', reason: null, error: null } : stepNames(ended, items);
}

function neededSteps({ plan, step, after }: Viewpoint, needs: Needs): readonly number[] {
  if (needs.steps === 'all') {
    if (step === null) return plan.order;
    return after === true ? [step, ...plan.allUpstream(step)] : plan.allUpstream(step);
  }
  const numbers: number[] = [];
  for (const name of needs.steps) {
    const number = step === null ? plan.numberOf(name) : visibleStep(plan, step, name, after === true);
    if (number !== null) numbers.push(number);
  }
  return numbers;
}

/** Differs within a decision by the count, between decisions by the attempt or the time. */
function nextUuid({ state, step, iteration, item, attempt, now, uuids }: Viewpoint): string {
  uuids.given += 1;
  return uuidFrom(`${state.origin.id}/${step}/${iteration}/${item?.index}/${attempt}/${now}/${uuids.given}`);
}
