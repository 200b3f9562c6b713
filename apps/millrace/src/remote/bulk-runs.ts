import type { BulkAnswer } from '@millrace/api';
import { ApiError, type Client } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import type { BulkOptions } from '../commands/bulk-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { confirm } from '../terminal/confirm.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { caller } from './caller.ts';
import { connect } from './connect.ts';
import { pause } from './pause.ts';
import { parseStatus } from './runs.ts';

type Action = BulkAnswer['action'];
type Item = BulkAnswer['items'][number];
type Body = Parameters<Client['runs']['bulk']>[0];
type Done = Readonly<{ items: readonly Item[]; counts: BulkAnswer['counts'] }>;

/** A screenful; `--json` has the rest. */
const mostShown = 20;
const tries = 5;

const past: Readonly<Record<Action, string>> = {
  retry: 'retried',
  pause: 'paused',
  resume: 'resumed',
  cancel: 'cancelled',
};

/** Does the same to all runs that match: shows what it will do, asks, and tells what came of each. */
export async function bulkRuns(action: Action, options: BulkOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const json = options.json === true;
  const body = bodyOf(action, options, namedWorkspace);
  const planned = await everyPage(client, { ...body, dry_run: true });
  if (options.dryRun === true || planned.counts.planned === 0) return tell(action, planned, true, json);
  if (options.yes !== true && !(await isAgreed(action, planned, json))) {
    process.stderr.write('Nothing was done.\n');
    return exitCodes.ok;
  }
  return tell(action, await everyPage(client, body), false, json);
}

function bodyOf(action: Action, options: BulkOptions, workspace: string | null): Body {
  const now = Date.now();
  return {
    action,
    filter: {
      ...(workspace === null ? {} : { workspace }),
      ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
      ...(options.status === undefined ? {} : { status: options.status.map(parseStatus) }),
      ...(options.tag === undefined ? {} : { tag: options.tag }),
      ...(options.since === undefined ? {} : { created_after: new Date(now - options.since).toISOString() }),
    },
    by: caller(options),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    force: options.force === true,
    plan: options.live === true ? 'live' : 'same',
  };
}

/** Page by page. A page whose answer was lost is asked for again: nothing is done twice. */
async function everyPage(client: Client, body: Body): Promise<Done> {
  const items: Item[] = [];
  const counts = { done: 0, unchanged: 0, planned: 0, failed: 0 };
  for (let after: string | null = null; ; ) {
    const answer: BulkAnswer = await onePage(client, { ...body, ...(after === null ? {} : { after }) });
    items.push(...answer.items);
    for (const key of ['done', 'unchanged', 'planned', 'failed'] as const) counts[key] += answer.counts[key];
    if (answer.next === null) return { items, counts };
    after = answer.next;
  }
}

async function onePage(client: Client, body: Body): Promise<BulkAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.runs.bulk(body);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.retryable || attempt === tries) throw error;
      await pause(1_000, new AbortController().signal);
    }
  }
}

async function isAgreed(action: Action, planned: Done, json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) {
    const { planned: count } = planned.counts;
    throw new MillraceError('invalid_request', `${count} ${count === 1 ? 'run' : 'runs'} would be ${past[action]}.`, {
      hint: 'Say --yes to do it without being asked, or --dry-run to see which.',
    });
  }
  process.stderr.write(`${tableOf(planned)}\n`);
  const { planned: count } = planned.counts;
  const what = action.charAt(0).toUpperCase() + action.slice(1);
  return confirm(`${what} ${count} ${count === 1 ? 'run' : 'runs'}?`, { input: process.stdin, output: process.stderr });
}

function tell(action: Action, done: Done, dryRun: boolean, json: boolean): ExitCode {
  const { items, counts } = done;
  if (json) process.stdout.write(`${JSON.stringify({ action, dry_run: dryRun, counts, items })}\n`);
  else if (items.length === 0) process.stdout.write('No run matches.\n');
  else process.stdout.write(`${tableOf(done)}\n${summaryOf(action, counts, dryRun)}\n`);
  return counts.failed === 0 ? exitCodes.ok : exitCodes.failed;
}

function tableOf({ items }: Done): string {
  const rows = items
    .slice(0, mostShown)
    .map(({ run, workspace, workflow, status, outcome, rerun, error }) => [
      run,
      status,
      `${workspace}/${workflow}`,
      outcome,
      error === null ? (rerun === null ? '' : `run ${rerun}`) : printable(error.message),
    ]);
  const more = items.length > mostShown ? `\n… and ${items.length - mostShown} more` : '';
  return `${formatTable(['RUN', 'STATUS', 'WORKFLOW', 'OUTCOME', ''], rows)}${more}`;
}

function summaryOf(action: Action, counts: BulkAnswer['counts'], dryRun: boolean): string {
  const { done, unchanged, planned, failed } = counts;
  const parts = dryRun ? [`${planned} would be ${past[action]}`] : [`${done} ${past[action]}`];
  if (unchanged > 0) parts.push(`${unchanged} unchanged`);
  if (failed > 0) parts.push(`${failed} refused`);
  return `${parts.join(', ')}.`;
}
