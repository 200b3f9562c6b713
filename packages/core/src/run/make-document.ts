import { FaultError } from '../plan/expression-fault.ts';
import type { PreparedStep } from '../plan/prepared-plan.ts';
import { checkInput, type InputProblem } from '../schema/check-input.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { escapePointer } from '../values/json-pointer.ts';
import { renderCacheKey } from './cache-key.ts';
import type { Deciding } from './deciding.ts';
import type { Fault } from './fault.ts';
import type { WorkDocument } from './records.ts';
import { scopeFor } from './scope.ts';
import { type TaskTarget, viewOfTask } from './task-view.ts';

/** JSON of the `WorkDocument` of a step run, made once for all its attempts. Throws a `FaultError`. */
export function makeDocument(decision: Deciding, target: TaskTarget): string {
  const step = decision.plan.step(target.step);
  const { action } = step.plan;
  const scope = scopeFor(viewOfTask(decision, target, 1), step.taskNeeds);
  const given = step.plan.takesRunInput === true ? decision.state.input : (step.input.evaluate(scope) as JsonObject);
  const input = action.input === null ? given : checkedInput(decision, step, given);
  const known = action.config === undefined ? scope.names : { ...scope.names, config: action.config };
  const names = pickNames(known, action.reads);
  const { input: inherited, ...others } = names;
  const whole = action.inline && inherited !== undefined ? { ...(inherited as JsonObject), ...input } : input;
  let text = `{"input":${JSON.stringify(whole)},"names":${JSON.stringify(others)}`;
  if (step.env !== null) text += `,"env":${JSON.stringify(environment(step.env.evaluate(scope)))}`;
  if (step.cache !== null) text += `,"cache":${JSON.stringify(renderCacheKey(decision, step, scope))}`;
  if (step.secrets !== null && step.secrets.reads.length > 0) {
    text += `,"sealed":${JSON.stringify(pickNames(scope.names, step.secrets.reads))}`;
  }
  return `${text}}`;
}

/** JSON of the input within a document. */
export function inputText(document: string): string {
  const tail = ',"names":{}}';
  if (document.endsWith(tail)) return document.slice('{"input":'.length, -tail.length);
  return JSON.stringify((JSON.parse(document) as WorkDocument).input);
}

function checkedInput(decision: Deciding, step: PreparedStep, given: JsonObject): JsonObject {
  const { action, name } = step.plan;
  if (action.input === null) return given;
  const checked = checkInput(action.input, given, step.secrets?.input);
  if (checked.ok) return checked.value;
  throw new FaultError(invalidInput(decision, name, action.name, checked.problems));
}

function invalidInput(decision: Deciding, step: string, action: string, problems: readonly InputProblem[]): Fault {
  const { places } = decision.plan.plan;
  const root = `/steps/${escapePointer(step)}`;
  const [first] = problems;
  const at = places[`${root}/input${first?.path ?? ''}`] ?? places[`${root}/input`] ?? places[root];
  return {
    code: 'invalid_input',
    message: `The input of ${action} is wrong. ${problems.map((problem) => problem.message).join(' ')}`,
    ...(at === undefined ? {} : { at }),
    details: { problems: problems.map((problem) => ({ ...problem })) },
    retryable: false,
  };
}

/**
 * Just the values at the paths, in objects like those that they stand in. A list is taken whole. Absent ones are left
 * out.
 */
function pickNames(names: JsonObject, paths: readonly (readonly (string | number)[])[]): JsonObject {
  const picked: Record<string, Json> = {};
  for (const path of paths) pickPath(names, path, picked);
  return picked;
}

function pickPath(from: JsonObject, path: readonly (string | number)[], into: Record<string, Json>): void {
  const [key, ...rest] = path;
  if (typeof key !== 'string' || !Object.hasOwn(from, key)) return;
  const value = from[key] ?? null;
  const next = rest[0];
  if (typeof next !== 'string' || typeof value !== 'object' || value === null || Array.isArray(value)) {
    into[key] = value;
    return;
  }
  const inner = Object.hasOwn(into, key) ? (into[key] as Record<string, Json>) : {};
  into[key] = inner;
  pickPath(value as JsonObject, rest, inner);
}

function environment(value: Json): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const [name, content] of Object.entries(value as JsonObject)) {
    variables[name] = typeof content === 'string' ? content : content === null ? '' : JSON.stringify(content);
  }
  return variables;
}
