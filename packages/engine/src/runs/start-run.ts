import { MillraceError, namedObject, type RunId, type RunOrigin } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { StartRunRequest } from '../engine-types.ts';
import type { Store } from '../ports/store.ts';
import type { EngineSettings } from '../settings.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import { refuseOutside } from '../workspaces/refuse-outside.ts';
import { checkedInput } from './checked-input.ts';
import { refuseOverload } from './refuse-overload.ts';
import type { RunIds } from './run-ids.ts';

export type StartRunOptions = Readonly<{
  store: Store;
  driver: RunDriver;
  ids: RunIds;
  livePlans: LivePlans;
  settings: EngineSettings;
}>;

/** Starts a run: finds the live plan, checks the input against its schema, commits. Resolves when the run is durable. */
export function createStartRun({ store, driver, ids, livePlans, settings }: StartRunOptions) {
  return async (request: StartRunRequest): Promise<Readonly<{ run: RunId; created: boolean }>> => {
    const { workspace, workflow } = request;
    refuseOverload(driver, settings);
    const { plan, revision, folder } = await livePlans.require(workspace, workflow, request.revision ?? null);
    const { within } = request;
    if (within !== undefined) refuseOutside(within, namedObject(workspace, workflow, folder), revision);
    const creation = checkedInput(plan.plan, request.input, settings);
    const startKey = request.startKey ?? null;
    const top: RunOrigin = {
      id: await ids.next(),
      workspace,
      workflow,
      revision,
      plan: plan.hash,
      trigger: request.trigger,
      parent: null,
      depth: 0,
      startKey,
      tags: request.tags ?? [],
      priority: request.priority ?? plan.plan.priority,
      rerunOf: null,
    };
    const origin = folder === undefined ? top : { ...top, folder };
    const settled = await driver.create(plan, origin, creation, null);
    if (settled.kind === 'applied') return { run: origin.id, created: true };
    if (settled.kind === 'exists' && startKey !== null) {
      const existing = await store.runs.findByStartKey(workspace, startKey);
      if (existing !== null) return { run: existing, created: false };
    }
    if (settled.kind === 'failed') throw settled.error;
    throw new MillraceError('conflict', `Run ${origin.id} could not be created.`, { hint: 'Start it again.' });
  };
}
