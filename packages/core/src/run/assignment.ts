import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { Assignment } from '../protocol/worker-protocol.ts';
import type { AttemptKey, RunHead, RunOrigin, Work, WorkDocument } from './records.ts';
import { runNames } from './scope.ts';

/** What the plan and the work say of an assignment. Who hands it out adds the limits. `run` may be a `RunState`. */
export function assignmentOf(
  plan: PreparedPlan,
  run: Readonly<{ origin: RunOrigin; head: Pick<RunHead, 'startedAt'> }>,
  work: Pick<Work, keyof AttemptKey | 'document'>,
): Omit<Assignment, 'limits'> {
  const { plan: step, places } = plan.step(work.step);
  const { origin } = run;
  const { input, names, env = {} } = JSON.parse(work.document) as WorkDocument;
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
    input,
    names: { ...names, run: runNames(run, work.attempt) },
    timeoutMs: step.timeoutMs,
    places,
  };
}
