import { randomUUID } from 'node:crypto';
import type { WorkflowStartOptions } from '../commands/workflow.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { connect } from './connect.ts';
import { gatherInput } from './gather-input.ts';
import { stayUntilEnd } from './stay-until-end.ts';

/** `workflow start`: starts a run; with `--wait` or `--follow` stays until it has ended. */
export async function startWorkflow(name: string, options: WorkflowStartOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const input = await gatherInput(client, workspace, name, options.input ?? []);
  const started = await client.workflows.start(workspace, name, {
    input: { ...input },
    via: 'cli',
    // With a key of its own the call can be made again when its answer is lost, without a second run.
    idempotency_key: options.key ?? `cli-${randomUUID()}`,
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
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
  return stayUntilEnd(client, started.id, options);
}
