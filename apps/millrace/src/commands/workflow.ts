import type { Command } from 'commander';
import { collect, inputHelp } from './input-option.ts';
import { parseNames, parsePriority } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type WorkflowListOptions = RemoteOptions & Readonly<{ search?: string }>;
export type WorkflowStartOptions = RemoteOptions &
  Readonly<{
    input?: string[];
    wait?: boolean;
    follow?: boolean;
    key?: string;
    tags?: string[];
    priority?: number;
    quiet?: boolean;
  }>;

export function addWorkflowCommand(program: Command): void {
  const workflow = program.command('workflow').description('list, show and start workflows of a server');

  addRemoteOptions(workflow.command('list').description('list the workflows of a workspace'))
    .option('--search <words>', 'only those whose name or description holds all of these words')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace workflow list\n  $ millrace workflow list -w data --search "nightly load" --json\n',
    )
    .action(async (options: WorkflowListOptions) => {
      const { listWorkflows } = await import('../remote/workflows.ts');
      process.exitCode = await listWorkflows(options);
    });

  addRemoteOptions(workflow.command('get').description('show a workflow: its input, its steps, its triggers'))
    .argument('<workflow>', 'its name')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace workflow get hello\n  $ millrace workflow get hello --json | jq .graph\n',
    )
    .action(async (name: string, options: RemoteOptions) => {
      const { showWorkflow } = await import('../remote/workflows.ts');
      process.exitCode = await showWorkflow(name, options);
    });

  addRemoteOptions(workflow.command('start').description('start a run of a workflow'))
    .argument('<workflow>', 'its name')
    .option('-i, --input <input>', inputHelp, collect)
    .option('--wait', 'wait for the end of the run')
    .option('-f, --follow', 'show its steps and logs until its end')
    .option('--key <key>', 'idempotency key: starting again with it gives the same run')
    .option('--tags <names>', 'tags of the run, separated by commas', parseNames)
    .option('--priority <number>', 'higher goes first, from -1000 to 1000', parsePriority)
    .option('-q, --quiet', 'no logs and no progress on stderr')
    .addHelpText(
      'after',
      `
With --wait or --follow it exits with 0 when the run succeeded, 1 when it failed or timed out, 3 when it was cancelled.
Ctrl-C only ends the waiting; the run goes on (see: millrace run cancel).

Examples:
  $ millrace workflow start hello
  $ millrace workflow start hello --input who=Ada --follow
  $ millrace workflow start release --input @input.json --wait --json | jq .output
  $ millrace workflow start deploy --priority 10
`,
    )
    .action(async (name: string, options: WorkflowStartOptions) => {
      const { startWorkflow } = await import('../remote/start-workflow.ts');
      process.exitCode = await startWorkflow(name, options);
    });
}
