import {
  checkStartingPoints,
  isRunEnd,
  type JsonObject,
  keepResults,
  type LoadedRun,
  MillraceError,
  type Plan,
  type PreparedPlan,
  type RunId,
  type RunOrigin,
  restoreHidden,
  runObject,
  secretFields,
} from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { RerunRequest } from '../engine-types.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';
import type { EngineSettings } from '../settings.ts';
import type { LivePlan, LivePlans } from '../workspaces/live-plans.ts';
import { refuseOutside } from '../workspaces/refuse-outside.ts';
import { checkedInput } from './checked-input.ts';
import { refuseOverload } from './refuse-overload.ts';
import type { RunIds } from './run-ids.ts';
import { runNotFound } from './run-not-found.ts';

export type RerunRunOptions = Readonly<{
  store: Store;
  driver: RunDriver;
  ids: RunIds;
  plans: PlanCache;
  livePlans: LivePlans;
  settings: EngineSettings;
}>;

/**
 * Runs an ended run again, as a new run that takes over what need not run again. An ended run never changes, so what is
 * read of it here is still so when the new run is committed. Resolves when that is durable.
 */
export function createRerunRun({ store, driver, ids, plans, livePlans, settings }: RerunRunOptions) {
  return async (run: RunId, request: RerunRequest): Promise<Readonly<{ run: RunId; created: boolean }>> => {
    refuseOverload(driver, settings);
    const [loaded] = await store.runs.load([run]);
    if (loaded === undefined) throw runNotFound(run);
    const { workspace, status, trigger, tags, priority } = loaded.run;
    const known = await findEarlier(workspace, run, request.startKey);
    if (known !== null) return { run: known, created: false };
    if (!isRunEnd(status)) {
      throw new MillraceError('run_not_ended', `Run ${run} is ${status}: only a run that has ended can run again.`, {
        hint: `Wait for its end, or cancel it first: millrace run cancel ${run}`,
      });
    }
    const before = { plan: await plans.get(loaded.run.plan), loaded };
    const { plan, revision, folder } = await planOf(loaded.run, before.plan, request.plan ?? 'same');
    refuseOutside(request.within, { ...runObject(loaded.run), folder: folder ?? null }, revision);
    const problem = checkStartingPoints(plan, before, request.from);
    if (problem !== null) throw new MillraceError('invalid_request', problem.message, { hint: problem.hint });
    const input = checkedInput(
      plan.plan,
      inputOf(plan.plan, JSON.parse(loaded.run.input) as JsonObject, request.input ?? {}),
      settings,
    );
    const origin: RunOrigin = {
      id: await ids.next(),
      workspace,
      workflow: loaded.run.workflow,
      ...(folder === undefined ? {} : { folder }),
      revision,
      plan: plan.hash,
      // Steps that read what started the run read the same again: the time of a schedule, say.
      trigger: triggerOf(trigger, request.account),
      parent: null,
      depth: 0,
      startKey: request.startKey ?? null,
      tags,
      priority,
      rerunOf: { run, from: request.from },
    };
    const settled = await driver.create(
      plan,
      origin,
      { ...input, kept: keepResults(plan, before, request.from) },
      null,
    );
    if (settled.kind === 'applied') return { run: origin.id, created: true };
    const existing = settled.kind === 'exists' ? await findEarlier(workspace, run, request.startKey) : null;
    if (existing !== null) return { run: existing, created: false };
    if (settled.kind === 'failed') throw settled.error;
    throw new MillraceError('conflict', `Run ${origin.id} could not be created.`, { hint: 'Start it again.' });
  };

  /** The run that an earlier call with the key started. */
  async function findEarlier(workspace: string, run: RunId, startKey: string | undefined): Promise<RunId | null> {
    const existing = startKey === undefined ? null : await store.runs.findByStartKey(workspace, startKey);
    if (existing === null) return null;
    const origin = await store.runs.origin(existing);
    if (origin?.rerunOf?.run === run) return existing;
    throw new MillraceError(
      'invalid_request',
      `The key ${startKey} has started run ${existing}, no re-run of ${run}.`,
      {
        hint: 'Give another key.',
      },
    );
  }

  async function planOf(
    { workspace, workflow, revision, folder }: LoadedRun['run'],
    same: PreparedPlan,
    wanted: NonNullable<RerunRequest['plan']>,
  ): Promise<Omit<LivePlan, 'problems'>> {
    if (wanted === 'same') return { plan: same, revision, ...(folder === undefined ? {} : { folder }) };
    return livePlans.require(workspace, workflow, wanted === 'live' ? null : wanted.revision);
  }
}

/** The new values over the old ones. What is secret was shown as `***`: given back like that, it stays as it was. */
const inputOf = (plan: Plan, before: JsonObject, given: JsonObject): JsonObject =>
  restoreHidden({ ...before, ...given }, before, secretFields(plan.input));

/** What started the old run, and who starts this one: the account stands first, where SQL looks for it. */
function triggerOf(trigger: JsonObject, account: string | undefined): JsonObject {
  if (account === undefined) return trigger;
  const { account: _, ...rest } = trigger;
  return { account, ...rest };
}
