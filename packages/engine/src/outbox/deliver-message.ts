import type {
  AttemptKey,
  Command,
  Fault,
  JsonObject,
  OutboxMessage,
  PreparedPlan,
  RunId,
  RunOrigin,
  RunState,
  StartingPoint,
} from '@millrace/core';
import {
  canonicalJson,
  checkInput,
  isBelowHook,
  isRunEnd,
  keepResults,
  type RunEndStatus,
  unreachable,
} from '@millrace/core';
import type { Posted, RunDriver } from '../commit/run-driver.ts';
import type { createEventMessages } from '../events/event-messages.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { OutboxKey } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import type { RunIds } from '../runs/run-ids.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import { accountOf } from './account-of.ts';
import { awaitsChild } from './awaits-child.ts';
import { CacheLookups } from './cache-lookups.ts';
import { callHook } from './call-hook.ts';
import { chainOf } from './chain-of.ts';
import { childStartKey } from './child-start-key.ts';

export type DeliverOptions = Readonly<{
  store: Store;
  driver: RunDriver;
  ids: RunIds;
  plans: PlanCache;
  livePlans: LivePlans;
  events: ReturnType<typeof createEventMessages>;
}>;

const fromFailed: readonly StartingPoint[] = [{ type: 'failed' }];

/**
 * Delivers a message from one run to another. Doing it twice is harmless: a child is created once for each start key, and
 * a parent that has acted on its child's end rejects the second telling. The message leaves the outbox with the commit
 * that acts on it, or here when nothing is left to be done. Throws when it could not be delivered; then it stays.
 */
export function createDeliver({ store, driver, ids, plans, livePlans, events }: DeliverOptions) {
  const lookups = new CacheLookups(store.cache);

  return async ({ key, message, origin }: Posted): Promise<void> => {
    switch (message.kind) {
      case 'start_child':
        return startChild(key, message, origin);
      case 'child_ended': {
        const { run, ...parentKey } = message.parent;
        return tellParent(run, parentKey, key, origin.id, message);
      }
      case 'emit':
        return events.emit(key, message, origin);
      case 'await_event':
        return events.giveMissed(key, message.from, origin);
      case 'look_up_cache':
        return lookUp(key, message, origin);
      case 'cancel_children':
        return cancelChildren(key, message, origin);
      case 'call_hook':
        return callHook({ store, driver, ids, livePlans }, key, message, origin);
      case 'pause_children':
        return turnChildren(key, message, origin.id);
      default:
        return unreachable(message);
    }
  };

  async function lookUp(
    key: OutboxKey,
    message: Extract<OutboxMessage, { kind: 'look_up_cache' }>,
    { id, workspace }: RunOrigin,
  ): Promise<void> {
    const hit = await lookups.find({ workspace, key: message.key });
    const settled = await driver.send(id, { type: 'cache_answer', key: message.from, hit }, key);
    if (settled.kind === 'failed') throw settled.error;
    // The attempt does not wait for it any more, or was told already.
    if (settled.kind !== 'applied') await store.outbox.remove([key]);
  }

  async function startChild(
    key: OutboxKey,
    message: Extract<OutboxMessage, { kind: 'start_child' }>,
    parent: RunOrigin,
  ): Promise<void> {
    const { from, workflow, depth, wait } = message;
    const found = await livePlans.find(parent.workspace, workflow, parent.revision);
    const failed = (error: Fault) => tellParent(parent.id, from, key, null, { status: 'failed', output: null, error });
    if (found === null) {
      const where = `revision ${parent.revision} of workspace ${parent.workspace}`;
      return failed({
        code: 'workflow_not_found',
        message: `Workflow ${workflow} is not in ${where}.`,
        retryable: false,
      });
    }
    const [problem] = found.problems;
    if (problem !== undefined) return failed({ code: problem.code, message: problem.message, retryable: false });
    const checked = checkInput(found.plan.plan.input, message.input);
    if (!checked.ok) return failed(invalidChildInput(workflow, checked.problems));
    const again = message.rerunOf === undefined ? null : await rerunOfChild(message.rerunOf, found.plan, checked.value);
    const child: RunOrigin = {
      id: await ids.next(),
      workspace: parent.workspace,
      workflow,
      ...(found.folder === undefined ? {} : { folder: found.folder }),
      revision: parent.revision,
      plan: found.plan.hash,
      trigger: childTrigger(parent),
      parent: wait ? { run: parent.id, ...from } : null,
      depth,
      startKey: childStartKey(parent.id, from),
      tags: parent.tags,
      priority: parent.priority,
      rerunOf: again === null ? null : { run: again.run, from: fromFailed },
      ...(message.holds === undefined ? {} : { holds: message.holds }),
    };
    // A child that nobody waits for is its own; its creation is all that the message asks for.
    const creation = {
      input: checked.value,
      inputText: JSON.stringify(checked.value),
      ...(again === null ? {} : { kept: again.kept }),
    };
    const settled = await driver.create(found.plan, child, creation, wait ? null : key);
    if (settled.kind === 'failed') throw settled.error;
    if (wait) await keepIfAwaited(parent, from, key);
    else if (settled.kind === 'exists') await store.outbox.remove([key]);
  }

  /**
   * A child of a re-run goes on from what failed in the child of the old run, if it is the same workflow with the same
   * input; otherwise it runs from its start: null.
   */
  async function rerunOfChild(run: RunId, plan: PreparedPlan, input: JsonObject) {
    const [loaded] = await store.runs.load([run]);
    if (loaded === undefined || !isRunEnd(loaded.run.status) || loaded.run.workflow !== plan.plan.workflow) return null;
    if (canonicalJson(JSON.parse(loaded.run.input)) !== canonicalJson(input)) return null;
    const before = { plan: await plans.get(loaded.run.plan), loaded };
    return { run, kept: keepResults(plan, before, fromFailed) };
  }

  /**
   * The child exists; does its parent still wait for it, and does it stand as its parent does? A parent that was stopped or
   * paused while its child was being started told children that it could find, and this one was not among them. So the
   * message stays until a commit on the parent has confirmed that the parent waits and that the child heard of its last
   * turn (whoever stops, pauses or resumes it later finds the child), or the child was told to stop.
   */
  async function keepIfAwaited(parent: RunOrigin, from: AttemptKey, key: OutboxKey): Promise<void> {
    const startKey = childStartKey(parent.id, from);
    for (let heard = 0; ; ) {
      const seen: { turn: ParentTurn | null } = { turn: null };
      const confirmed = await driver.confirm(
        parent.id,
        (state) => {
          seen.turn = awaitsChild(state, from) ? turnOf(state) : null;
          return seen.turn?.turn === heard;
        },
        key,
      );
      if (confirmed.kind === 'failed') throw confirmed.error;
      if (confirmed.kind === 'applied') return;
      const child = await store.runs.findByStartKey(parent.workspace, startKey);
      if (child === null || seen.turn === null) {
        if (child !== null) await tell(child, stopOrphan(parent.id));
        await store.outbox.remove([key]);
        return;
      }
      await tell(child, { type: 'parent_turned', ...seen.turn });
      heard = seen.turn.turn;
    }
  }

  /** A child that has ended, or stands so already, refuses: that is as good. */
  async function tell(child: RunId, command: Command): Promise<void> {
    const told = await driver.send(child, command);
    if (told.kind === 'failed') throw told.error;
  }

  async function tellParent(
    parent: RunId,
    parentKey: AttemptKey,
    key: OutboxKey,
    child: RunId | null,
    end: Readonly<{ status: string; output: string | null; error: Fault | null }>,
  ): Promise<void> {
    const settled = await driver.send(
      parent,
      {
        type: 'child_ended',
        key: parentKey,
        child,
        status: end.status as RunEndStatus,
        output: end.output === null ? null : JSON.parse(end.output),
        error: end.error,
      },
      key,
    );
    if (settled.kind === 'failed') throw settled.error;
    if (settled.kind !== 'applied') await store.outbox.remove([key]);
  }

  async function cancelChildren(
    key: OutboxKey,
    message: Extract<OutboxMessage, { kind: 'cancel_children' }>,
    { id: parent, workspace }: RunOrigin,
  ): Promise<void> {
    const { from } = message;
    const child = from === null ? null : await store.runs.findByStartKey(workspace, childStartKey(parent, from));
    const children = from === null ? await store.runs.liveChildren(parent) : child === null ? [] : [child];
    const { by, reason } = message;
    await Promise.all(children.map((id) => tell(id, { type: 'cancel', by, reason, force: false })));
    await store.outbox.remove([key]);
  }

  async function turnChildren(
    key: OutboxKey,
    { turn, paused, by, reason }: Extract<OutboxMessage, { kind: 'pause_children' }>,
    parent: RunId,
  ): Promise<void> {
    const children = await store.runs.liveChildren(parent);
    await Promise.all(children.map((id) => tell(id, { type: 'parent_turned', turn, paused, by, reason })));
    await store.outbox.remove([key]);
  }
}

/** What a hook started calls no hooks, and neither does what that calls. */
const childTrigger = (parent: RunOrigin): JsonObject => ({
  ...accountOf(parent),
  type: 'workflow',
  run: parent.id,
  workflow: parent.workflow,
  ...chainOf(parent),
  ...(isBelowHook(parent) ? { hook: parent.trigger.hook ?? null } : {}),
});

type ParentTurn = Readonly<{ turn: number; paused: boolean; by: string; reason: string | null }>;

/** How a parent stands, for a child that has not heard of it. */
function turnOf({ paused, pauses }: RunState): ParentTurn {
  const { by = 'system', reason = null } = paused ?? {};
  return { turn: pauses?.turn ?? 0, paused: paused !== null, by, reason };
}

function stopOrphan(parent: RunId): Command {
  const reason = `Its parent run ${parent} no longer waits for it.`;
  return { type: 'cancel', by: 'system', reason, force: false };
}

function invalidChildInput(workflow: string, problems: readonly Readonly<{ message: string }>[]): Fault {
  const list = problems.map(({ message }) => message).join(' ');
  return {
    code: 'invalid_input',
    message: `The input of workflow ${workflow} is not valid: ${list}`,
    retryable: false,
  };
}
