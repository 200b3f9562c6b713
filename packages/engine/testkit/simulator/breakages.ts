// Engines that are broken on purpose, to see that the simulator notices. Each takes one protection away.
import type { RunId, SlotChanges, SlotRequest } from '@millrace/core';
import { readApprovalWait } from '../../src/approvals/open-approval.ts';
import type { RunCommit, Store } from '../../src/ports/index.ts';

export const breakages = [
  /** Commits win whatever version they were decided on. */
  'version_check_off',
  /** One in four messages between runs is not stored. */
  'outbox_dropped',
  /** Messages are delivered again at once, and a child's start key does not count. */
  'outbox_twice',
  /** The reaper never finds an expired lease. */
  'lease_expiry_ignored',
  /** A late result counts for the attempt that is under way now. */
  'fencing_off',
  /** A start whose answer was lost is sent again without its key. */
  'start_key_lost',
  /** A worker's results are confirmed before they are committed. */
  'confirmed_too_early',
  /** One in ten timers is not stored. */
  'timer_dropped',
  /** The work of an attempt that ended stays leased in one of four cases. */
  'work_kept',
  /** A retry keeps the number of the attempt before: the row of that one is written again. */
  'attempts_rewritten',
  /** One in ten attempts is not stored. */
  'work_dropped',
  /** A step begins without waiting for the one that it depends on. */
  'dependency_forgotten',
  /** A hook's message is delivered again, and the start key of its run does not count. */
  'hook_twice',
  /** An event is delivered again, and the start keys of the runs that it starts do not count. */
  'event_twice',
  /** Waits for events do not hear of those that come. */
  'event_not_told',
  /** The key of an event does not count. */
  'event_key_lost',
  /** An answer to an approval that is still open is not stored. */
  'answer_dropped',
  /** An answer to an approval counts twice. */
  'answer_doubled',
  /** What is ready when a run is paused stays so, for whoever takes it. */
  'pause_ignored',
  /** The cache gives the output of another key. */
  'cache_mixed',
  /** A re-run takes over results that are not those of the run before. */
  'kept_results_mixed',
  /** A re-run does not see one of the results that it should take over, and makes it anew. */
  'kept_results_lost',
  /** The start key of a re-run does not count. */
  'rerun_key_lost',
  /** The slots of one in four holders that end are not freed. */
  'slots_kept',
  /** The slots of holders that end are freed by the next commit of their run. */
  'slots_late',
  /** Every limit is one higher than its workflow says. */
  'limits_ignored',
  /** What a worker reports of a local run counts again when it comes again, and for whoever carries the run out now. */
  'local_fence_off',
  /** Secrets are given to whoever asks for an attempt, held or not. */
  'secrets_unfenced',
] as const;
export type Breakage = (typeof breakages)[number];

/** The rows that a broken store is given in the place of the real ones. */
export async function breakCommit(
  breakage: Breakage,
  batch: readonly RunCommit[],
  store: Store,
): Promise<readonly RunCommit[]> {
  if (breakage === 'version_check_off') return alwaysWinning(batch, store);
  return batch.map((commit) => {
    const { changes, expectedVersion } = commit;
    switch (breakage) {
      case 'outbox_dropped':
        return {
          ...commit,
          changes: { ...changes, outbox: changes.outbox.filter((_, at) => (at + expectedVersion) % 4 !== 0) },
        };
      case 'outbox_twice':
        return commit.create === null ? { ...commit, delivered: [] } : { ...withoutChildKey(commit), delivered: [] };
      case 'timer_dropped':
        return {
          ...commit,
          changes: { ...changes, waits: changes.waits.filter((_, at) => (at + expectedVersion) % 10 !== 0) },
        };
      case 'answer_dropped':
        return { ...commit, changes: { ...changes, waits: changes.waits.filter((wait) => !isAnswered(wait)) } };
      case 'answer_doubled':
        return { ...commit, changes: { ...changes, waits: changes.waits.map(doubled) } };
      case 'work_dropped':
        return {
          ...commit,
          changes: { ...changes, work: changes.work.filter((_, at) => (at + expectedVersion) % 10 !== 9) },
        };
      case 'hook_twice':
        return withoutStartKey(commit, 'hook:');
      case 'event_twice':
        return withoutStartKey(commit, 'event:');
      case 'rerun_key_lost':
        return commit.create?.origin.rerunOf == null ? commit : withoutStartKey(commit, '');
      case 'pause_ignored':
        return { ...commit, changes: { ...changes, workHeld: [] } };
      case 'work_kept':
        return {
          ...commit,
          changes: { ...changes, workDone: changes.workDone.filter((_, at) => (at + expectedVersion) % 4 !== 0) },
        };
      case 'attempts_rewritten':
        return {
          ...commit,
          changes: {
            ...changes,
            work: changes.work.map((row) => (row.attempt > 1 ? { ...row, attempt: row.attempt - 1 } : row)),
          },
        };
      case 'kept_results_mixed':
        return {
          ...commit,
          changes: {
            ...changes,
            attempts: changes.attempts.map((row) =>
              row.reason === 'reused' ? { ...row, output: '{"token":0}' } : row,
            ),
          },
        };
      case 'slots_kept':
        return withSlots(commit, (slots) => ({
          ...slots,
          released: slots.released.filter((_, at) => (at + expectedVersion) % 4 !== 0),
        }));
      case 'slots_late':
        return withSlots(commit, (slots) => ({ ...slots, released: releasedBefore(store, commit.id, slots.released) }));
      case 'limits_ignored':
        return withSlots(commit, (slots) => ({ ...slots, requests: slots.requests.map(higher) }));
      default:
        return commit;
    }
  });
}

const isAnswered = (wait: RunCommit['changes']['waits'][number]): boolean =>
  wait.kind === 'approval' && readApprovalWait(wait).detail.answers.length > 0;

function doubled(wait: RunCommit['changes']['waits'][number]): typeof wait {
  if (wait.kind !== 'approval') return wait;
  const { detail, ...document } = readApprovalWait(wait);
  const answers = detail.answers.flatMap((answer) => [answer, answer]);
  return { ...wait, document: JSON.stringify({ ...document, detail: { ...detail, answers } }) };
}

type Released = SlotChanges['released'];
/** What each run's last commit should have freed. */
const late = new WeakMap<Store, Map<RunId, Released>>();

function releasedBefore(store: Store, run: RunId, released: Released): Released {
  const ofStore = late.get(store) ?? new Map<RunId, Released>();
  late.set(store, ofStore);
  const before = ofStore.get(run) ?? [];
  ofStore.set(run, released);
  return before;
}

function withSlots(commit: RunCommit, change: (slots: SlotChanges) => SlotChanges): RunCommit {
  const { changes } = commit;
  return changes.slots === null ? commit : { ...commit, changes: { ...changes, slots: change(changes.slots) } };
}

const higher = (request: SlotRequest): SlotRequest => ({
  ...request,
  demands: request.demands.map((demand) => ({ ...demand, limit: demand.limit + 1 })),
});

async function alwaysWinning(batch: readonly RunCommit[], store: Store): Promise<readonly RunCommit[]> {
  const loaded = new Map((await store.runs.load(batch.map(({ id }) => id))).map(({ run }) => [run.id, run.version]));
  return batch.map((commit) => {
    const version = loaded.get(commit.id);
    return version === undefined || commit.create !== null ? commit : { ...commit, expectedVersion: version };
  });
}

const withoutChildKey = (commit: RunCommit): RunCommit =>
  commit.create?.origin.parent == null ? commit : withoutStartKey(commit, '');

/** A key that begins so is stored as one that nobody else has; the message that asked for the run is not removed. */
function withoutStartKey(commit: RunCommit, beginning: string): RunCommit {
  const { create } = commit;
  const startKey = create?.origin.startKey ?? null;
  if (create === null || startKey?.startsWith(beginning) !== true) return commit;
  const origin = { ...create.origin, startKey: `${startKey}:${commit.id}` };
  return { ...commit, create: { ...create, origin }, delivered: [] };
}
