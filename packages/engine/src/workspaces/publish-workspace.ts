import {
  actionsOfHooks,
  compileAction,
  compilePlan,
  type Definitions,
  type JsonObject,
  lanesOf,
  type Plan,
  type PlanProblem,
  type PreparedPlan,
  preparePlan,
} from '@millrace/core';
import type { Hint } from '../commit/hint.ts';
import type { PublishOutcome, PublishRequest } from '../engine-types.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Store } from '../ports/store.ts';
import type { Revision, StoredDiagnostic } from '../ports/workspace-store.ts';
import type { EventBus } from '../realtime/event-bus.ts';
import { definitionsKey } from './definitions-key.ts';
import { keptSources, sourcesKey } from './kept-sources.ts';
import type { LivePlans } from './live-plans.ts';

export type PublishWorkspaceOptions = Readonly<{
  store: Store;
  blobs: BlobStore;
  plans: PlanCache;
  livePlans: LivePlans;
  bus: EventBus;
  /** Brings the workspace's schedules up to date; what fails is done later by the schedule loop. */
  reconcileSchedules(workspace: string): Promise<void>;
  /** Tells the other servers. */
  tell(hint: Omit<Hint, 's'>): Promise<void>;
  onError(error: unknown, where: string): void;
}>;

/**
 * Makes a workspace's definitions live: compiles every workflow, stores plans and files, then switches, in this order, so
 * that nobody sees a revision whose parts are missing. Invalid definitions are recorded and never replace the live ones.
 */
export function createPublishWorkspace(options: PublishWorkspaceOptions) {
  const { store, blobs, plans, livePlans, bus, reconcileSchedules, tell, onError } = options;
  return async (request: PublishRequest): Promise<PublishOutcome> => {
    const { workspace, revision, source, definitions, files } = request;
    const compiled = definitions === null ? null : compileAll(definitions, workspace);
    const diagnostics = [...request.diagnostics, ...(compiled?.diagnostics ?? [])];
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
    if (definitions === null || compiled === null || errors > 0) {
      await store.workspaces.reject(workspace, source, diagnostics);
      const live = (await store.workspaces.get(workspace))?.revision ?? null;
      bus.publish({ type: 'workspace', workspace, revision: live, errors });
      return { revision: live, diagnostics };
    }
    if (files !== null) await blobs.put(files.key, files.data);
    if (request.keepDefinitions === true) {
      const kept = JSON.stringify({ ...definitions, places: {} });
      await blobs.put(definitionsKey(workspace, revision), Buffer.from(kept));
    }
    if (request.sources !== undefined) {
      await blobs.put(sourcesKey(workspace, revision), keptSources(request.sources, request.packs ?? [], definitions));
    }
    const all = [...compiled.plans, ...compiled.actions];
    await store.plans.put(all.map((plan) => ({ hash: plan.hash, plan: plan.plan, lanes: lanesOf(plan.plan) })));
    for (const plan of all) plans.add(plan);
    await store.workspaces.publish(
      {
        workspace,
        revision,
        workflows: revisionEntries(compiled),
        triggers: Object.values(definitions.triggers).map((trigger) => ({
          name: trigger.name,
          type: trigger.type,
          workflow: trigger.workflow,
          enabled: trigger.enabled,
          definition: trigger as unknown as JsonObject,
        })),
        ...(definitions.queues === undefined ? {} : { queues: Object.values(definitions.queues) }),
        files: files?.key ?? null,
      },
      source,
      diagnostics,
    );
    livePlans.forget(workspace);
    await reconcileSchedules(workspace).catch((error) =>
      onError(error, `schedules of ${workspace}; it is tried again`),
    );
    await tell({ w: [workspace] });
    bus.publish({ type: 'workspace', workspace, revision, errors: 0 });
    return { revision, diagnostics };
  };
}

/** Compiles every workflow. What this version cannot execute is a warning with its place; such a workflow cannot start. */
export function compileAll(
  definitions: Definitions,
  workspace: string,
): Readonly<{
  plans: readonly PreparedPlan[];
  /** Of the actions that hooks call: each as a run of its own executes it. */
  actions: readonly PreparedPlan[];
  /** By workflow; only those that have some. */
  problems: ReadonlyMap<string, readonly StoredDiagnostic[]>;
  /** Where the workflows and those actions are written. */
  files: ReadonlyMap<PreparedPlan, string>;
  diagnostics: readonly StoredDiagnostic[];
}> {
  const plans: PreparedPlan[] = [];
  const problems = new Map<string, readonly StoredDiagnostic[]>();
  const files = new Map<PreparedPlan, string>();
  const prepared = (plan: Plan, path: string): PreparedPlan => {
    const one = preparePlan(plan);
    const file = definitions.places[path]?.file;
    if (file !== undefined) files.set(one, file);
    return one;
  };
  for (const workflow of Object.keys(definitions.workflows)) {
    const result = compilePlan(definitions, workspace, workflow);
    if (result.plan !== null) plans.push(prepared(result.plan, `/workflows/${workflow}`));
    if (result.problems.length > 0) problems.set(workflow, result.problems.map(toDiagnostic));
  }
  const actions: PreparedPlan[] = [];
  const ofActions: PlanProblem[] = [];
  for (const name of actionsOfHooks(definitions)) {
    const result = compileAction(definitions, workspace, name);
    if (result.plan !== null) actions.push(prepared(result.plan, `/actions/${name}`));
    ofActions.push(...result.problems);
  }
  // Workflows that share an action have the same problem: it is told once.
  const told = new Map(
    [...[...problems.values()].flat(), ...ofActions.map(toDiagnostic)].map((diagnostic) => [
      JSON.stringify(diagnostic),
      diagnostic,
    ]),
  );
  return { plans, actions, problems, files, diagnostics: [...told.values()] };
}

/** Workflows with what keeps them from being started, and the actions that hooks call. */
export function revisionEntries({
  plans,
  actions,
  problems,
  files,
}: Pick<ReturnType<typeof compileAll>, 'plans' | 'actions' | 'problems' | 'files'>): Revision['workflows'] {
  const entry = (prepared: PreparedPlan) => {
    const { hash, plan } = prepared;
    const file = files.get(prepared);
    return {
      name: plan.workflow,
      description: plan.description ?? null,
      plan: hash,
      problems: [],
      ...(file === undefined ? {} : { file }),
    };
  };
  return [
    ...plans.map((plan) => ({ ...entry(plan), problems: problems.get(plan.plan.workflow) ?? [] })),
    // One that cannot be executed is never called: the plans of those whose hook it is say so.
    ...actions.map((plan) => ({ ...entry(plan), action: true as const })),
  ];
}

function toDiagnostic({ code, message, hint, place }: PlanProblem): StoredDiagnostic {
  const { file, line, column } = place ?? { file: '', line: 1, column: 1 };
  return { severity: 'warning', code, message, hint, file, line, column };
}
