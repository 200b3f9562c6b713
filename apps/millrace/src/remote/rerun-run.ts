import { randomUUID } from 'node:crypto';
import type { GivenStartingPoint } from '@millrace/api';
import type { Client } from '@millrace/client';
import { type JsonObject, MillraceError } from '@millrace/core';
import type { RunRerunOptions } from '../commands/run-rerun.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { connect } from './connect.ts';
import { gatherInput } from './gather-input.ts';
import { stayUntilEnd } from './stay-until-end.ts';

/** `run rerun` and `run retry`: starts a re-run; with `--wait` or `--follow` stays until it has ended. */
export async function rerunRun(id: string, options: RunRerunOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const input = await inputOf(client, id, options.input ?? []);
  const started = await client.runs.rerun(id, {
    from: startingPoints(options),
    plan: planOf(options),
    // With a key of its own the call can be made again when its answer is lost, without a second run.
    idempotency_key: options.key ?? `cli-${randomUUID()}`,
    ...(input === null ? {} : { input: { ...input } }),
  });
  if (options.follow === true || options.wait === true) return stayUntilEnd(client, started.id, options);
  if (options.json === true) process.stdout.write(`${JSON.stringify(started)}\n`);
  else {
    const what = started.created ? 'Started run' : 'This key started before: run';
    process.stdout.write(`${what} ${started.id}, a re-run of ${id}\n`);
    if (process.stdout.isTTY) process.stdout.write(`Its logs: millrace run logs ${started.id} -f\n`);
  }
  return exitCodes.ok;
}

function startingPoints({ from = [], failed, changed }: RunRerunOptions): GivenStartingPoint[] {
  const points: GivenStartingPoint[] = [...from];
  if (failed === true) points.push('failed');
  if (changed === true) points.push('changed');
  return points.length === 0 ? ['start'] : points;
}

function planOf({ live, revision, changed }: RunRerunOptions): 'same' | 'live' | { revision: string } {
  if (revision === undefined) return live === true || changed === true ? 'live' : 'same';
  if (live !== true) return { revision };
  throw new MillraceError('invalid_request', '--live and --revision exclude each other.', {
    hint: 'Give the one that is meant.',
  });
}

/** null: the inputs stay as they were. */
async function inputOf(client: Client, id: string, given: readonly string[]): Promise<JsonObject | null> {
  if (given.length === 0) return null;
  const { workspace, workflow } = await client.runs.get(id);
  return gatherInput(client, workspace, workflow, given);
}
