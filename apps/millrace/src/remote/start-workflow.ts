import { randomUUID } from 'node:crypto';
import type { Run } from '@millrace/api';
import type { Client } from '@millrace/client';
import type { JsonObject } from '@millrace/core';
import { readInput } from '../commands/input-option.ts';
import type { WorkflowStartOptions } from '../commands/workflow.ts';
import { type ExitCode, exitCodeOfRun, exitCodes } from '../exit-codes.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { createProgressView } from '../terminal/progress-view.ts';
import { isLive, styleOf } from '../terminal/style.ts';
import { connect } from './connect.ts';
import { followRun } from './follow-run.ts';
import { describeRun } from './show-run.ts';
import { waitForEnd } from './wait-for-end.ts';

/** `workflow start`: starts a run; with `--wait` or `--follow` stays until it has ended. */
export async function startWorkflow(name: string, options: WorkflowStartOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const input = await gatherInput(client, workspace, name, options.input ?? []);
  const started = await client.workflows.start(workspace, name, {
    input: { ...input },
    // With a key of its own the call can be made again when its answer is lost, without a second run.
    idempotency_key: options.key ?? `cli-${randomUUID()}`,
    ...(options.tags === undefined ? {} : { tags: options.tags }),
  });
  if (options.follow !== true && options.wait !== true) {
    if (options.json === true)
      process.stdout.write(`${JSON.stringify({ id: started.id, created: started.created })}\n`);
    else {
      const what = started.created ? 'Started run' : 'This key started before: run';
      process.stdout.write(`${what} ${started.id}\n`);
      if (process.stdout.isTTY) process.stdout.write(`Its logs: millrace run logs ${started.id} -f\n`);
    }
    return exitCodes.ok;
  }
  return await stay(client, started.id, options);
}

async function stay(client: Client, id: string, options: WorkflowStartOptions): Promise<ExitCode> {
  const quiet = options.quiet === true;
  const json = options.json === true;
  const stop = listenForStop();
  const view = createProgressView(process.stderr, {
    style: styleOf(process.stderr),
    live: !json && !quiet && isLive(process.stderr),
    showLogs: !quiet,
  });
  let run: Run;
  try {
    if (!quiet && !json) process.stderr.write(`Run ${id}\n`);
    const shown = options.follow === true && !quiet;
    run = shown
      ? await followRun(client, id, view, stop.signal)
      : await waitForEnd(client, id, stop.signal, (error) => view.log('millrace', `${error.message} Waiting for it.`));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write(
      `The run goes on. Its logs: millrace run logs ${id} -f; to end it: millrace run cancel ${id}\n`,
    );
    return 130;
  } finally {
    view.end();
    stop.release();
  }
  process.stdout.write(json ? `${JSON.stringify(run)}\n` : describeRun(run, styleOf(process.stdout)));
  return exitCodeOfRun(run.status);
}

/** The declared types of inputs are only asked for where `name=value` needs them. */
async function gatherInput(
  client: Client,
  workspace: string,
  name: string,
  given: readonly string[],
): Promise<JsonObject> {
  const needsTypes = given.some((text) => /^[A-Za-z_][\w-]*=/.test(text));
  const workflow = needsTypes ? await client.workflows.get(workspace, name) : null;
  const parameters: Record<string, { type: string }> = {};
  for (const [key, parameter] of Object.entries(workflow?.input.parameters ?? {})) {
    if (typeof parameter.type === 'string') parameters[key] = { type: parameter.type };
  }
  return readInput(given, parameters);
}
