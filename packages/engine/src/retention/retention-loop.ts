import type { StoredEvent } from '@millrace/core';
import type { Audit } from '../audit/create-audit.ts';
import { createRemoveOldEntries } from '../audit/remove-old-entries.ts';
import { Loop } from '../loops/loop.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { retireRevisions } from '../workspaces/retire-revisions.ts';
import { createRemoveOldRuns } from './remove-old-runs.ts';
import { type Left, restAfter } from './rest-after.ts';
import type { Retention, RetentionKind } from './retention.ts';

const batch = 500;
/** How often history is walked through. */
const everyMs = 10 * 60_000;

export type RetentionLoopOptions = Readonly<{
  store: Store;
  audit: Audit;
  blobs: BlobStore;
  clock: Clock;
  pollMs: number;
  retention: Retention;
  onRemoved(kind: RetentionKind, count: number): void;
  onError(error: unknown, where: string): void;
}>;

/** Does a bounded piece of work; gives what is left. */
type Sweep = Readonly<{ kind: RetentionKind; step: () => Promise<Left> }>;

/** Removes what is kept no longer, piece by piece. Any number of servers may; each goes by its own settings. */
export function createRetentionLoop(options: RetentionLoopOptions): Loop {
  const { clock, pollMs, onError } = options;
  const sweeps = createSweeps(options);
  let open = sweeps;
  let lookAt = 0;

  /** One that fails is told of and waits for the next walk; the others go on. */
  const leftBy = async ({ kind, step }: Sweep): Promise<Left> => {
    try {
      return await step();
    } catch (error) {
      onError(error, `removing old ${kind}; it is tried again`);
      return 'nothing';
    }
  };

  return new Loop({
    name: 'retention',
    clock,
    pauseMs: pollMs,
    onError,
    duty: async () => {
      const began = clock.now();
      if (began < lookAt) return pollMs;
      const more: Sweep[] = [];
      let most: 'some' | 'much' = 'some';
      for (const sweep of open) {
        const left = await leftBy(sweep);
        if (left !== 'nothing') more.push(sweep);
        if (left === 'much') most = left;
      }
      if (more.length > 0) {
        open = more;
        return restAfter(clock.now() - began, most);
      }
      open = sweeps;
      lookAt = clock.now() + everyMs;
      return pollMs;
    },
  });
}

const someIf = (more: boolean): Left => (more ? 'some' : 'nothing');

function createSweeps({ store, audit, blobs, retention, onRemoved }: RetentionLoopOptions): readonly Sweep[] {
  const { runs, events, deliveries, revisions, audit: entries } = retention;
  const sweeps: Sweep[] = [];
  if (runs !== null) {
    const { history } = store;
    const step = createRemoveOldRuns({
      history,
      blobs,
      keepMs: runs,
      onRemoved: (count) => onRemoved('runs', count),
    });
    sweeps.push({ kind: 'runs', step });
  }
  if (events !== null) {
    let after: StoredEvent['id'] | null = null;
    const step = async () => {
      const { removed, next } = await store.events.removeOld({ keepMs: events, after, limit: batch });
      after = next;
      onRemoved('events', removed);
      return someIf(next !== null);
    };
    sweeps.push({ kind: 'events', step });
  }
  if (deliveries !== null) {
    const step = async () => {
      const removed = await store.deliveries.forget({ keepMs: deliveries, limit: batch });
      onRemoved('deliveries', removed);
      return someIf(removed === batch);
    };
    sweeps.push({ kind: 'deliveries', step });
  }
  if (revisions !== null) {
    const step = async () => {
      const { retired, more } = await retireRevisions({ store, blobs }, revisions);
      onRemoved('revisions', retired);
      return someIf(more);
    };
    sweeps.push({ kind: 'revisions', step });
  }
  if (entries !== null) {
    const remove = createRemoveOldEntries({
      audit: store.audit,
      keepMs: entries,
      record: (entry) => audit.record({ ...entry, actor: 'system', actorKind: 'system' }),
      onRemoved: (count) => onRemoved('audit', count),
    });
    sweeps.push({ kind: 'audit', step: async () => someIf(await remove()) });
  }
  return sweeps;
}
