import type { PlanStep } from '../plan/plan.ts';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { Assignment, AssignmentSecrets } from '../protocol/worker-protocol.ts';
import type { StepSecrets } from '../secrets/step-secrets.ts';
import type { JsonObject } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';
import type { Place } from '../values/place.ts';
import type { AttemptKey, RunHead, RunOrigin, Work, WorkDocument } from './records.ts';
import { runNames } from './scope.ts';

/** An attempt as the plan and the work say it; `limits` are those of who hands it out. `run` may be a `RunState`. */
export function assignmentOf(
  plan: PreparedPlan,
  run: Readonly<{ origin: RunOrigin; head: Pick<RunHead, 'startedAt'> }>,
  work: Pick<Work, keyof AttemptKey | 'document'>,
  limits: Assignment['limits'],
): Assignment {
  const { plan: step, places, secrets, secretInput } = plan.step(work.step);
  const { origin } = run;
  const { input, names, env = {}, sealed = {} } = JSON.parse(work.document) as WorkDocument;
  return {
    run: origin.id,
    step: work.step,
    item: work.item,
    iteration: work.iteration,
    attempt: work.attempt,
    workspace: origin.workspace,
    revision: origin.revision,
    workflow: origin.workflow,
    stepName: step.name,
    actionName: step.action.name,
    body: step.action.body,
    env,
    ...(step.sharedFolder === true ? { sharedFolder: true as const } : {}),
    ...(step.api === true ? { api: true as const } : {}),
    input,
    names: { ...names, run: runNames(run, work.attempt) },
    timeoutMs: step.timeoutMs,
    places,
    limits,
    ...(secretInput === null ? {} : { secretInput }),
    ...(secrets === null ? {} : { secrets: toAssign(plan, step, secrets, sealed) }),
  };
}

function toAssign(plan: PreparedPlan, step: PlanStep, secrets: StepSecrets, scope: JsonObject): AssignmentSecrets {
  const { connections, input, env, bodyConfig, ownConfig } = secrets;
  const root = pointerTo('/steps', step.name);
  const places: Record<string, Place> = {};
  for (const pointer of [...input.map((inner) => `/input${inner}`), ...env.map((inner) => `/env${inner}`)]) {
    const place = plan.plan.places[root + pointer];
    if (place !== undefined) places[pointer] = place;
  }
  const { secrets: names, withFields } = secrets;
  return {
    names,
    ...(withFields.length === 0 ? {} : { withFields }),
    connections,
    input,
    env,
    bodyConfig,
    ownConfig,
    scope,
    places,
  };
}
