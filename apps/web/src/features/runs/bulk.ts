// One operation on many runs: on those that are marked, one by one, or on all that a filter means, page by page.
import { api } from '../../api/client.ts';
import { by } from '../../app/my-name.ts';
import { errorText } from '../../components/error-text.ts';
import { runsQueryOf } from './queries.ts';
import type { RunSearch } from './search.ts';

export type BulkAction = 'cancel' | 'pause' | 'resume' | 'retry';

/** Runs by their ids, or all that a filter means. */
export type BulkSubject = Readonly<{ ids: readonly string[] } | { search: RunSearch }>;

export type BulkOutcome = Readonly<{
  done: number;
  /** It was so before, or the run had moved on. */
  unchanged: number;
  failures: readonly Readonly<{ run: string; message: string }>[];
}>;

export const nothingYet: BulkOutcome = { done: 0, unchanged: 0, failures: [] };

/** What the API can filter a bulk operation by; children are left to the runs that started them. */
function filterOf(search: RunSearch) {
  const { workspace, workflow, status, tag, created_after } = runsQueryOf(search);
  return {
    ...(workspace === undefined ? {} : { workspace }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(tag === undefined ? {} : { tag }),
    ...(created_after === undefined ? {} : { created_after }),
  };
}

/** A list narrowed to children or re-runs of one run cannot be given to a bulk operation. */
export const canTakeAll = ({ parent, rerun_of, children }: RunSearch): boolean =>
  parent === undefined && rerun_of === undefined && children === undefined;

/** How many runs the operation would touch. */
export async function countBulk(action: BulkAction, search: RunSearch, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof api.runs.bulk>> = await api.runs.bulk(
      { action, filter: filterOf(search), dry_run: true, limit: 500, ...by(), ...(after === null ? {} : { after }) },
      { signal },
    );
    count += page.counts.planned;
    after = page.next;
    if (after === null) return count;
  }
}

/** Does it; `onProgress` is told after each page or run. Ends early, and without an error, when `signal` is aborted. */
export async function runBulk(
  action: BulkAction,
  subject: BulkSubject,
  onProgress: (outcome: BulkOutcome) => void,
  signal: AbortSignal,
): Promise<BulkOutcome> {
  return 'ids' in subject
    ? ofMarked(action, subject.ids, onProgress, signal)
    : ofFilter(action, subject.search, onProgress, signal);
}

async function ofFilter(
  action: BulkAction,
  search: RunSearch,
  onProgress: (outcome: BulkOutcome) => void,
  signal: AbortSignal,
): Promise<BulkOutcome> {
  let outcome = nothingYet;
  for (let after: string | null = null; !signal.aborted; ) {
    const page: Awaited<ReturnType<typeof api.runs.bulk>> = await api.runs.bulk({
      action,
      filter: filterOf(search),
      ...by(),
      ...(after === null ? {} : { after }),
    });
    const failures = page.items.flatMap(({ run, error }) => (error === null ? [] : [{ run, message: error.message }]));
    outcome = {
      done: outcome.done + page.counts.done,
      unchanged: outcome.unchanged + page.counts.unchanged,
      failures: [...outcome.failures, ...failures],
    };
    onProgress(outcome);
    after = page.next;
    if (after === null) break;
  }
  return outcome;
}

async function ofMarked(
  action: BulkAction,
  ids: readonly string[],
  onProgress: (outcome: BulkOutcome) => void,
  signal: AbortSignal,
): Promise<BulkOutcome> {
  let outcome = nothingYet;
  for (const run of ids) {
    if (signal.aborted) break;
    try {
      await calls[action](run);
      outcome = { ...outcome, done: outcome.done + 1 };
    } catch (error) {
      outcome = { ...outcome, failures: [...outcome.failures, { run, message: errorText(error) }] };
    }
    onProgress(outcome);
  }
  return outcome;
}

const calls: Readonly<Record<BulkAction, (run: string) => Promise<unknown>>> = {
  cancel: (run) => api.runs.cancel(run, by()),
  pause: (run) => api.runs.pause(run, by()),
  resume: (run) => api.runs.resume(run, by()),
  retry: (run) => api.runs.rerun(run, { from: ['failed'] }),
};
