import type { JsonObject, OutboxMessage, RunOrigin } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { OutboxKey } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import type { RunIds } from '../runs/run-ids.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import { accountOf } from './account-of.ts';
import { chainOf } from './chain-of.ts';
import { hookStartKey } from './hook-start-key.ts';

type CallHook = Extract<OutboxMessage, { kind: 'call_hook' }>;
type Parts = Readonly<{ store: Store; driver: RunDriver; ids: RunIds; livePlans: LivePlans }>;

/** Starts the run of a hook, at the revision of the run that called it. Its creation is all that the message asks for. */
export async function callHook(
  { store, driver, ids, livePlans }: Parts,
  key: OutboxKey,
  message: CallHook,
  caller: RunOrigin,
): Promise<void> {
  const { action, calls, call, input } = message;
  const found = await livePlans.find(caller.workspace, action, caller.revision, calls);
  if (found === null) {
    // What a plan's hooks call is compiled with it, so the revision is gone: nobody is left to be told in the run.
    await store.outbox.remove([key]);
    throw new Error(`Hook ${call} of run ${caller.id} cannot be called: revision ${caller.revision} has no ${action}.`);
  }
  const run: RunOrigin = {
    id: await ids.next(),
    workspace: caller.workspace,
    workflow: action,
    ...(found.folder === undefined ? {} : { folder: found.folder }),
    revision: caller.revision,
    plan: found.plan.hash,
    trigger: hookTrigger(message, caller),
    parent: null,
    depth: 0,
    startKey: hookStartKey(caller.id, call),
    tags: caller.tags,
    priority: caller.priority,
    rerunOf: null,
  };
  const settled = await driver.create(found.plan, run, { input, inputText: JSON.stringify(input) }, key);
  if (settled.kind === 'failed') throw settled.error;
  if (settled.kind === 'exists') await store.outbox.remove([key]);
}

const hookTrigger = ({ hook, calls }: CallHook, caller: RunOrigin): JsonObject => ({
  ...accountOf(caller),
  type: 'hook',
  hook,
  run: caller.id,
  workflow: caller.workflow,
  calls,
  ...chainOf(caller),
});
