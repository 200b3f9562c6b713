import type { Command } from 'commander';
import { collect, inputHelp } from './input-option.ts';
import { secretsFileHelp } from './option-values.ts';
import { addRunCancelCommand } from './run-cancel.ts';
import { addRunExportCommand } from './run-export.ts';
import { addRunGetCommand } from './run-get.ts';
import { addRunListCommand } from './run-list.ts';
import { addRunLogsCommand } from './run-logs.ts';
import { addRunPauseCommand } from './run-pause.ts';
import { addRunRerunCommand } from './run-rerun.ts';
import { addRunResumeCommand } from './run-resume.ts';
import { addRunRetryCommand } from './run-retry.ts';

export type OfflineOptions = Readonly<{
  input?: string[];
  json?: boolean;
  quiet?: boolean;
  approve?: string[];
  approveAll?: boolean;
  event?: string[];
  secretsFile?: string;
}>;

/**
 * `run` is both the verb (run this here) and the noun (runs of a server). The subcommands win; everything else is
 * PATH WORKFLOW, and a folder that has the name of a subcommand is written `./list`.
 */
export function addRunCommand(program: Command): void {
  const run = program
    .command('run')
    .description(
      'run a workflow here, without a server; or list, show, pause, cancel, re-run runs of a server and read their logs',
    )
    .argument('[path]', 'a workspace folder, a .workflows folder, or one YAML file (a folder named "list": ./list)')
    .argument('[workflow]', 'name of the workflow; may be left out when there is only one')
    .option('-i, --input <input>', inputHelp, collect)
    .option('--approve <step>', 'approve this approval step when the run comes to it; repeatable', collect)
    .option('--event <type=payload>', 'give this event to the first step that waits for its type; repeatable', collect)
    .option('--approve-all', 'approve every approval that the run comes to')
    .option('--secrets-file <file>', secretsFileHelp)
    .option('--json', 'print the run as one JSON document')
    .option('-q, --quiet', 'no logs and no progress on stderr')
    .usage(
      '[options] <path> [workflow]\n       millrace run list|get|pause|resume|cancel|rerun|retry|logs|export [options]',
    )
    .addHelpText(
      'after',
      `
Without a server: the engine, a store in memory and the executors run in this process. Ctrl-C cancels the run.
All steps run on this machine, whatever queue and labels they ask for.
Exits with 0 when the run succeeded, 1 when it failed or timed out, 2 when a definition or the input is invalid
(nothing was run), 3 when it was cancelled.
Approvals are asked on the terminal; without one they need --approve STEP or --approve-all. What the run emits reaches its
own steps that wait; events from elsewhere are given with --event, each when a step first waits for its type.

Examples:
  $ millrace run . hello
  $ millrace run . hello --input who=Ada
  $ millrace run .workflows/release.yaml release --input '{"regions": ["eu"]}' --json
  $ echo '{"who": "Ada"}' | millrace run . hello --input - --quiet --json | jq .run.output
  $ millrace run . hello --input @input.json
  $ millrace run . release --approve ask       # where nobody sits at a terminal
  $ millrace run list --status failed          # runs of a server: see millrace run list --help
`,
    )
    .action(async (path: string | undefined, workflow: string | undefined, options: OfflineOptions) => {
      if (path === undefined)
        run.error(
          'error: give PATH and WORKFLOW, or one of list, get, pause, resume, cancel, rerun, retry, logs, export',
          {
            exitCode: 2,
          },
        );
      const { runHere } = await import('../offline/run-here.ts');
      process.exitCode = await runHere(path ?? '.', workflow, options);
    });
  addRunListCommand(run);
  addRunGetCommand(run);
  addRunPauseCommand(run);
  addRunResumeCommand(run);
  addRunCancelCommand(run);
  addRunRerunCommand(run);
  addRunRetryCommand(run);
  addRunLogsCommand(run);
  addRunExportCommand(run);
}
