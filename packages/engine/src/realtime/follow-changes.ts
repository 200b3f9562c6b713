import { readHint } from '../commit/hint.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Store } from '../ports/store.ts';
import type { RunWaiters } from '../runs/run-waiters.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import type { EventBus } from './event-bus.ts';

export type FollowChangesOptions = Readonly<{
  name: string;
  store: Store;
  dispatcher: Dispatcher;
  livePlans: LivePlans;
  waiters: RunWaiters;
  bus: EventBus;
  /** Definitions may have changed, or somebody enabled or disabled a schedule. */
  workspacesChanged(): void;
  /** A joined worker may work no more. */
  workerRevoked(joined: string): void;
  onError(error: unknown, where: string): void;
}>;

/** Acts on what other servers tell: look for work, stop attempts, look again at runs and workspaces. */
export function followChanges(options: FollowChangesOptions): Promise<() => Promise<void>> {
  const { name, store, dispatcher, livePlans, waiters, bus, workspacesChanged, workerRevoked, onError } = options;

  const lanesArrived = async (keys: readonly string[]) => {
    const known = keys.filter((key) => dispatcher.lanes.workArrivedByKey(key));
    if (known.length < keys.length) dispatcher.lanes.add(await store.plans.lanes());
    dispatcher.claimSoon();
  };

  return store.changes.listen({
    onHint(text) {
      const hint = readHint(text);
      if (hint === null || hint.s === name) return;
      if (hint.l !== undefined) void lanesArrived(hint.l).catch((error) => onError(error, 'new lanes'));
      for (const [ref, force] of hint.c ?? []) dispatcher.cancelHeld(ref, { lost: force, force });
      for (const workspace of hint.w ?? []) livePlans.forget(workspace);
      if (hint.w !== undefined) workspacesChanged();
      for (const worker of hint.j ?? []) workerRevoked(worker);
      if (hint.r === undefined) {
        waiters.wakeAll();
        bus.publish({ type: 'gap' });
        return;
      }
      for (const run of hint.r) {
        waiters.ended(run);
        bus.publish({ type: 'changed', run });
      }
    },
    onGap() {
      livePlans.forgetAll();
      workspacesChanged();
      dispatcher.suspectAll();
      waiters.wakeAll();
      bus.publish({ type: 'gap' });
    },
  });
}
