import { MillraceError, type RunId, type RunStatus } from '@millrace/core';
import type { Engine } from '../engine-types.ts';
import type { Queries, RunFilter, RunSummary } from '../ports/queries.ts';

export type BulkAction = 'retry' | 'pause' | 'resume' | 'cancel';

export type BulkRequest = Readonly<{
  action: BulkAction;
  /** Which runs; of these only such that no other run started. Statuses: those that the action is for, all by default. */
  filter: Omit<RunFilter, 'topLevel' | 'parent' | 'rerunOf'>;
  by: string;
  reason: string | null;
  /** Of `cancel`: without the grace. */
  force: boolean;
  /** Of `retry`: which version of its workflow a run executes. */
  plan: 'same' | 'live';
  /** How many runs at most; `after`: `next` of the call before. */
  limit: number;
  after: string | null;
  /** Only tells what would be done. */
  dryRun: boolean;
  /** The account that asks, whose the re-runs are; absent: each stays with whoever started the old run. */
  account?: string;
}>;

/**
 * `unchanged`: it was done before (the run has a re-run, or is being cancelled), or there is nothing left to do.
 * `planned`: it would be done, in a dry run.
 */
export type BulkOutcome = Readonly<{ run: RunId; workflow: string; workspace: string; status: RunStatus }> &
  (
    | Readonly<{ outcome: 'done' | 'unchanged' | 'planned'; rerun: RunId | null }>
    | Readonly<{ outcome: 'failed'; error: MillraceError }>
  );

export type BulkAnswer = Readonly<{ outcomes: readonly BulkOutcome[]; next: string | null }>;

/** The runs that an action is for. */
const statusesOf: Readonly<Record<BulkAction, readonly [RunStatus, ...RunStatus[]]>> = {
  retry: ['failed', 'timed_out', 'cancelled'],
  pause: ['queued', 'running'],
  resume: ['paused'],
  cancel: ['queued', 'running', 'paused'],
};

/** Nobody retries what was cancelled without saying so. */
const usualStatuses = (action: BulkAction): readonly RunStatus[] =>
  action === 'retry' ? ['failed', 'timed_out'] : statusesOf[action];

/** How many are under way at once: a retry loads its whole run. */
const together = 8;

type Verbs = Pick<Engine, 'rerunRun' | 'pauseRun' | 'resumeRun' | 'cancelRun'>;

/**
 * Does the same to many runs, a page at a time, newest first. Each run is its own: what is refused for one does not keep the
 * others. The call may be made again: a run is retried in bulk once, however often and by whomever it is asked.
 */
export function createBulkRuns(queries: Queries, verbs: Verbs) {
  return async (request: BulkRequest): Promise<BulkAnswer> => {
    const { action, filter, limit, after, dryRun } = request;
    const status = filter.status ?? usualStatuses(action);
    checkStatuses(action, status);
    const page = await queries.listRuns({ ...filter, status, topLevel: true }, { limit, after });
    const outcomes: BulkOutcome[] = [];
    for (let at = 0; at < page.items.length; at += together) {
      const some = page.items.slice(at, at + together);
      outcomes.push(...(await Promise.all(some.map((run) => (dryRun ? foresee(action, run) : act(request, run))))));
    }
    return { outcomes, next: page.next };
  };

  async function foresee(action: BulkAction, run: RunSummary): Promise<BulkOutcome> {
    const rerun = action === 'retry' ? await rerunOf(run.id) : null;
    const isDone = rerun !== null || (action === 'cancel' && run.cancelling);
    return { ...subject(run), outcome: isDone ? 'unchanged' : 'planned', rerun };
  }

  async function act(request: BulkRequest, run: RunSummary): Promise<BulkOutcome> {
    try {
      return { ...subject(run), ...(await carryOut(request, run)) };
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      return isOvertaken(error)
        ? { ...subject(run), outcome: 'unchanged', rerun: null }
        : { ...subject(run), outcome: 'failed', error };
    }
  }

  async function carryOut(
    { action, filter, by, reason, force, plan, account }: BulkRequest,
    { id, cancelling }: RunSummary,
  ): Promise<Readonly<{ outcome: 'done' | 'unchanged'; rerun: RunId | null }>> {
    switch (action) {
      case 'retry': {
        const known = await rerunOf(id);
        if (known !== null) return { outcome: 'unchanged', rerun: known };
        const { run, created } = await verbs.rerunRun(id, {
          from: [{ type: 'failed' }],
          plan,
          startKey: `retry:${id}`,
          ...(account === undefined ? {} : { account }),
          ...(filter.reach === undefined ? {} : { within: filter.reach }),
        });
        return { outcome: created ? 'done' : 'unchanged', rerun: run };
      }
      case 'pause':
        await verbs.pauseRun(id, { by, reason });
        return { outcome: 'done', rerun: null };
      case 'resume':
        await verbs.resumeRun(id, { by });
        return { outcome: 'done', rerun: null };
      case 'cancel':
        if (cancelling && !force) return { outcome: 'unchanged', rerun: null };
        await verbs.cancelRun(id, { by, reason, force });
        return { outcome: 'done', rerun: null };
    }
  }

  /** Its newest re-run, whoever asked for it: if that failed, it is to be retried, not this one. */
  async function rerunOf(run: RunId): Promise<RunId | null> {
    return (await queries.listRuns({ rerunOf: run }, { limit: 1, after: null })).items[0]?.id ?? null;
  }
}

const subject = ({ id, workflow, workspace, status }: RunSummary) => ({ run: id, workflow, workspace, status });

/** The run moved on between the list and the act: it ended, or somebody else was faster. */
const isOvertaken = ({ code }: MillraceError): boolean =>
  code === 'run_ended' || code === 'run_paused' || code === 'run_not_paused' || code === 'run_stopping';

function checkStatuses(action: BulkAction, statuses: readonly RunStatus[]): void {
  const allowed: readonly RunStatus[] = statusesOf[action];
  const wrong = statuses.find((status) => !allowed.includes(status));
  if (wrong === undefined) return;
  throw new MillraceError('invalid_request', `Runs that are ${wrong} are nothing to ${action}.`, {
    hint: `Name other statuses: ${allowed.join(', ')}.`,
  });
}
