import { callsOf, parseCondition, statusFunctionNames } from '@millrace/expression';
import { secretFields } from '../schema/secret-fields.ts';
import { type StepSecrets, secretsOfStep } from '../secrets/step-secrets.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import type { PlanHash } from '../values/ids.ts';
import type { Json } from '../values/json.ts';
import { escapePointer } from '../values/json-pointer.ts';
import type { Place } from '../values/place.ts';
import { sha256 } from '../values/sha256.ts';
import { hashPlan } from './hash-plan.ts';
import { allOf, capabilitiesOf } from './lane-capability.ts';
import type { Lane, Plan, PlanStep } from './plan.ts';
import { type HookName, hookFields } from './plan-hooks.ts';
import { type PreparedDemand, prepareRunLimits, prepareStepLimits } from './prepared-limits.ts';
import {
  mergeNeeds,
  type Needs,
  needsNothing,
  needsOf,
  type PreparedValue,
  prepareCondition,
  prepareValue,
} from './prepared-value.ts';
import { type TransitionGraph, transitionGraph } from './transition-graph.ts';

/** A plan with its expressions parsed once, as they are needed. Share one for all runs of the plan. */
export type PreparedPlan = Readonly<{
  plan: Plan;
  hash: PlanHash;
  lanes: readonly Lane[];
  /** Where a worker is found that carries the whole run out; null: it is not a local run. */
  localLane: Lane | null;
  /** Steps so that each stands after those that it depends on. */
  order: readonly number[];
  output: PreparedValue | null;
  /** What a run asks for before it begins; null: nothing. */
  limits: readonly PreparedDemand[] | null;
  transitions: TransitionGraph;
  /** The input of a hook of the workflow or of the workspace. */
  hookInput(of: 'hooks' | 'workspaceHooks', name: HookName, index: number): PreparedValue;
  step(index: number): PreparedStep;
  numberOf(name: string): number | null;
  /** Whether the step named `name` stands before step `index`, and its number; null when it does not. */
  upstream(index: number, name: string): number | null;
  /** Every step before step `index`. */
  allUpstream(index: number): readonly number[];
}>;

export type PreparedStep = Readonly<{
  plan: PlanStep;
  /** null when there is none. */
  when: PreparedValue | null;
  /** In written order. */
  next: readonly PreparedTransition[];
  /** Whether `when` asks for the dependencies' status itself; if not, `succeeded()` is meant as well. */
  decidesAlone: boolean;
  forEach: PreparedValue | null;
  input: PreparedValue;
  env: PreparedValue | null;
  /** `action`: a hash of what the action does, whatever its name. */
  cache: Readonly<{ key: PreparedValue; action: string }> | null;
  /** What `input`, `env`, the key of `cache` and the action's body read together. */
  taskNeeds: Needs;
  /** null: its attempts need nothing that only their worker may know. */
  secrets: StepSecrets | null;
  /** Pointers to parts of the action's input that are secret; null: none. */
  secretInput: readonly string[] | null;
  delay: PreparedValue | null;
  retryWhen: PreparedValue | null;
  /** What an attempt asks for before it is launched; null: nothing. */
  limits: readonly PreparedDemand[] | null;
  /** The body of an action that the engine itself carries out (workflow, approval, wait, emit). */
  body: Readonly<Record<string, PreparedValue>>;
  /** Where the templates of the action's body stand, by pointers from the body's root. */
  places: Readonly<Record<string, Place>>;
}>;

export type PreparedTransition = Readonly<{
  /** null: it fires whenever the step has run. */
  when: PreparedValue | null;
  publish: readonly (readonly [variable: string, value: PreparedValue])[];
}>;

/** Prepares a plan. Give `hash` when it is known: computing it costs more than all the rest. */
export function preparePlan(plan: Plan, hash?: PlanHash): PreparedPlan {
  const steps: (PreparedStep | undefined)[] = [];
  const hookInputs = new Map<string, PreparedValue>();
  const numbers = new Map(plan.steps.map((step) => [step.name, step.index]));
  const transitions = transitionGraph(plan, numbers);
  let places: ReadonlyMap<number, Readonly<Record<string, Place>>> | null = null;
  const bodyPlaces = (index: number) => {
    places ??= groupBodyPlaces(plan, numbers);
    return places.get(index) ?? {};
  };
  const known = new Map<string, boolean>();
  const isUpstream = (index: number, wanted: number): boolean => {
    const key = `${index} ${wanted}`;
    const found = known.get(key) ?? upstreamOf(plan, transitions, index, wanted).includes(wanted);
    known.set(key, found);
    return found;
  };
  let all: Readonly<{ index: number; steps: readonly number[] }> = { index: -1, steps: [] };
  return {
    plan,
    hash: hash ?? hashPlan(plan),
    lanes: lanesOf(plan),
    localLane: localLaneOf(plan),
    order: dependencyOrder(plan),
    output: plan.output === null ? null : prepareValue(plan.output, '/output', plan.places),
    limits: prepareRunLimits(plan),
    transitions,
    hookInput(of, name, index) {
      const pointer = `/${of}/${hookFields[name]}/${index}/input`;
      const found =
        hookInputs.get(pointer) ?? prepareValue(plan[of]?.[name]?.[index]?.input ?? {}, pointer, plan.places);
      hookInputs.set(pointer, found);
      return found;
    },
    step(index) {
      const step = steps[index] ?? prepareStep(plan, index, bodyPlaces);
      steps[index] = step;
      return step;
    },
    numberOf: (name) => numbers.get(name) ?? null,
    upstream(index, name) {
      const wanted = numbers.get(name);
      if (wanted === undefined) return null;
      if (plan.steps[index]?.dependsOn.includes(wanted)) return wanted;
      return isUpstream(index, wanted) ? wanted : null;
    },
    allUpstream(index) {
      // Only the last: the lists of all steps of a long chain together would be of the square of its length.
      if (all.index !== index) all = { index, steps: upstreamOf(plan, transitions, index, null) };
      return all.steps;
    },
  };
}

function prepareStep(plan: Plan, index: number, bodyPlaces: (index: number) => Record<string, Place>): PreparedStep {
  const step = plan.steps[index];
  if (step === undefined) throw new Error(`The plan of ${plan.workflow} has no step ${index}.`);
  const root = `/steps/${escapePointer(step.name)}`;
  const condition = (text: string | null | undefined, key: string) =>
    typeof text === 'string' ? prepareCondition(text, `${root}/${key}`, plan.places) : null;
  const value = (content: Json, key: string, sealed?: readonly string[]) =>
    prepareValue(content, `${root}/${key}`, plan.places, sealed);
  const secrets = secretsOfStep(plan, step);
  const input = value(step.input, 'input', secrets?.input);
  const env = Object.keys(step.env).length > 0 ? value(step.env, 'env', secrets?.env) : null;
  const cacheKey = step.cache === null ? null : value(step.cache.key, 'cache/key');
  return {
    plan: step,
    when: condition(step.when, 'when'),
    next: step.next.map((transition, number) => ({
      when: condition(transition.when, `next/${number}/when`),
      publish: transition.publish.flatMap((variables, position) =>
        Object.entries(variables).map(
          ([name, content]) =>
            [name, value(content, `next/${number}/publish/${position}/${escapePointer(name)}`)] as const,
        ),
      ),
    })),
    decidesAlone: step.when !== null && callsStatusFunction(step.when),
    forEach:
      typeof step.forEach === 'string'
        ? condition(step.forEach, 'forEach')
        : step.forEach === null
          ? null
          : value(step.forEach, 'forEach'),
    input,
    env,
    cache: cacheKey === null ? null : { key: cacheKey, action: contentHash(step) },
    taskNeeds: mergeNeeds([
      input.needs,
      env?.needs ?? needsNothing,
      cacheKey?.needs ?? needsNothing,
      needsOf(step.action.reads),
      needsOf(secrets?.reads ?? []),
    ]),
    secrets,
    secretInput: secretInputOf(step),
    delay: step.delay === null ? null : value(step.delay, 'delay'),
    retryWhen: condition(step.retry?.when, 'retry/when'),
    limits: prepareStepLimits(step, root, plan.places),
    body: engineBody(step, root, plan.places),
    get places() {
      return bodyPlaces(index);
    },
  };
}

/** Of what a step executes, apart from what its input is: another body, schema or `env` gives another hash. */
function contentHash({ action, env }: PlanStep): string {
  const { body, input, output, config } = action;
  return sha256(canonicalJson({ body, input, output, config, env } as unknown as Json));
}

function secretInputOf({ action }: PlanStep): readonly string[] | null {
  const pointers = action.input === null ? [] : secretFields(action.input);
  return pointers.length === 0 ? null : pointers;
}

function engineBody(step: PlanStep, root: string, places: Readonly<Record<string, Place>>) {
  const body: Record<string, PreparedValue> = {};
  const { action } = step;
  const pointer = (key: string) => `${root}/action/body/${key}`;
  if (action.body.type === 'workflow') {
    body.workflow = prepareValue(action.body.workflow, pointer('workflow'), places);
  }
  if (action.body.type === 'approval') {
    const { prompt, approvers, escalate } = action.body;
    body.prompt = prepareValue(prompt, pointer('prompt'), places);
    body.approvers = prepareValue(approvers ?? null, pointer('approvers'), places);
    body.escalate = prepareValue(escalate?.approvers ?? null, pointer('escalate/approvers'), places);
  }
  if (action.body.type === 'emit') {
    body.event = prepareValue(action.body.event, pointer('event'), places);
    body.payload = prepareValue(action.body.payload ?? {}, pointer('payload'), places);
  }
  if (action.body.type === 'wait') {
    if (action.body.event !== undefined) body.event = prepareValue(action.body.event, pointer('event'), places);
    if (action.body.when !== undefined) body.when = prepareCondition(action.body.when, pointer('when'), places);
    if (action.body.for !== undefined) body.for = prepareValue(action.body.for, pointer('for'), places);
    if (action.body.until !== undefined) body.until = prepareUntil(action.body.until, pointer('until'), places);
  }
  return body;
}

/** `until` is a time as it is written, or an expression. */
function prepareUntil(text: string, pointer: string, places: Readonly<Record<string, Place>>): PreparedValue {
  if (/^\s*\d{4}-\d{2}-\d{2}/u.test(text)) return prepareValue(text, pointer, places);
  return prepareCondition(text, pointer, places);
}

function callsStatusFunction(when: string): boolean {
  try {
    const names: ReadonlySet<string> = new Set(statusFunctionNames);
    return callsOf(parseCondition(when)).some((call) => names.has(call.name) && call.name !== 'result');
  } catch {
    // It does not parse: evaluating it tells why.
    return false;
  }
}

/** A worker that carries a whole run out needs what any of its steps needs. */
function localLaneOf({ workspace, mode, queue, steps }: Plan): Lane | null {
  if (mode !== 'local') return null;
  const lanes = steps.flatMap(({ lane }) => (lane === null ? [] : [lane]));
  return {
    workspace,
    queue,
    capability: allOf(['local', ...lanes.flatMap(capabilitiesOf)]),
    labels: [...new Set(lanes.flatMap(({ labels }) => labels))].sort(),
  };
}

/** The lanes that a plan's work goes to, each once. */
export function lanesOf(plan: Plan): readonly Lane[] {
  const local = localLaneOf(plan);
  if (local !== null) return [local];
  const lanes = new Map<string, Lane>();
  for (const { lane } of plan.steps) if (lane !== null) lanes.set(laneKey(lane), lane);
  return [...lanes.values()];
}

/** One text for each lane, whatever the order of its labels. Asked for each attempt, of lanes that stay: made once for each. */
export function laneKey(lane: Lane): string {
  let key = laneKeys.get(lane);
  if (key === undefined) {
    key = JSON.stringify([lane.workspace ?? '', lane.queue, lane.capability, ...[...lane.labels].sort()]);
    laneKeys.set(lane, key);
  }
  return key;
}

const laneKeys = new WeakMap<Lane, string>();

/** Whose share of the workers a lane takes from: that of one queue of one workspace. */
export const shareOf = ({ workspace, queue }: Pick<Lane, 'workspace' | 'queue'>): string =>
  JSON.stringify([workspace ?? '', queue]);

function dependencyOrder(plan: Plan): readonly number[] {
  const open = plan.steps.map((step) => step.dependsOn.length);
  const order = plan.steps.filter((step) => step.dependsOn.length === 0).map((step) => step.index);
  for (const index of order) {
    for (const dependant of plan.steps[index]?.dependants ?? []) {
      const left = (open[dependant] ?? 0) - 1;
      open[dependant] = left;
      if (left === 0) order.push(dependant);
    }
  }
  return order;
}

/**
 * The steps before `index` by either kind of edge, nearest first; the step itself only if it stands in a loop. Ends
 * early when `wanted` is met.
 */
function upstreamOf(plan: Plan, graph: TransitionGraph, index: number, wanted: number | null): readonly number[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const add = (before: number): void => {
    if (seen.has(before)) return;
    seen.add(before);
    found.push(before);
  };
  const addBefore = (step: number): void => {
    for (const before of plan.steps[step]?.dependsOn ?? []) add(before);
    for (const before of graph.sources(step)) add(before);
  };
  addBefore(index);
  for (const number of found) {
    if (number === wanted) return found;
    addBefore(number);
  }
  return found;
}

function groupBodyPlaces(plan: Plan, numbers: ReadonlyMap<string, number>) {
  const groups = new Map<number, Record<string, Place>>();
  for (const [pointer, place] of Object.entries(plan.places)) {
    const match = /^\/steps\/([^/]*)\/action\/body(\/.*)$/u.exec(pointer);
    const index = numbers.get((match?.[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~'));
    if (match === null || index === undefined) continue;
    const group = groups.get(index) ?? {};
    group[match[2] ?? ''] = place;
    groups.set(index, group);
  }
  return groups;
}
