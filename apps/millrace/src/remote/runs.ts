import { MillraceError, type RunStatus, runStatuses } from '@millrace/core';
import type { RemoteOptions } from '../commands/remote-options.ts';
import type { RunCancelOptions } from '../commands/run-cancel.ts';
import type { RunListOptions } from '../commands/run-list.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { describeRun, timeTaken } from './show-run.ts';

export async function listRuns(options: RunListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const page = await client.runs.list({
    limit: options.limit ?? 20,
    ...(namedWorkspace === null ? {} : { workspace: namedWorkspace }),
    ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
    ...(options.status === undefined ? {} : { status: options.status.map(parseStatus) }),
    ...(options.tag === undefined ? {} : { tag: options.tag }),
    ...(options.rerunOf === undefined ? {} : { rerun_of: options.rerunOf }),
    ...(options.all === true ? {} : { top_level: 'true' }),
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(page)}\n`);
    return exitCodes.ok;
  }
  const rows = page.items.map((run) => [
    run.id,
    run.status,
    `${run.workspace}/${run.workflow}`,
    run.created_at,
    timeTaken(run.started_at, run.ended_at),
  ]);
  process.stdout.write(`${formatTable(['RUN', 'STATUS', 'WORKFLOW', 'CREATED', 'TIME'], rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

export async function showRun(id: string, options: RemoteOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const run = await client.runs.get(id);
  process.stdout.write(options.json === true ? `${JSON.stringify(run)}\n` : describeRun(run, styleOf(process.stdout)));
  return exitCodes.ok;
}

export async function cancelRun(id: string, options: RunCancelOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const answer = await client.runs.cancel(id, {
    force: options.force === true,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  });
  const run = options.wait === true ? await client.runs.waitForEnd(id) : null;
  const found = run === null ? answer : { id: run.id, status: run.status };
  if (options.json === true) process.stdout.write(`${JSON.stringify(found)}\n`);
  else process.stdout.write(run === null ? `Run ${id} is being cancelled.\n` : `Run ${id} ended as ${run.status}.\n`);
  return exitCodes.ok;
}

export function parseStatus(text: string): RunStatus {
  const found = runStatuses.find((status) => status === text);
  if (found !== undefined) return found;
  throw new MillraceError('invalid_request', `${JSON.stringify(text)} is no status of a run.`, {
    hint: `One of: ${runStatuses.join(', ')}.`,
  });
}
