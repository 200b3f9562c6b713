import { Command, CommanderError } from 'commander';
import { addAccountCommand } from './commands/account.ts';
import { addApiKeyCommand } from './commands/api-key.ts';
import { addApprovalCommand } from './commands/approval.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addCacheCommand } from './commands/cache.ts';
import { addDevCommand } from './commands/dev.ts';
import { addEventCommand } from './commands/event.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addInitCommand } from './commands/init.ts';
import { addLimitCommand, addQueueCommand } from './commands/limit.ts';
import { addLoginCommands } from './commands/login.ts';
import { addPackCommand } from './commands/pack.ts';
import { addGroupCommand, addRoleCommand } from './commands/role.ts';
import { addRunCommand } from './commands/run.ts';
import { addScheduleCommand } from './commands/schedule.ts';
import { addSchemaCommand } from './commands/schema.ts';
import { addConnectionCommand, addSecretCommand } from './commands/secret.ts';
import { addServeCommand } from './commands/serve.ts';
import { addTestCommand } from './commands/test.ts';
import { addUserCommands } from './commands/user.ts';
import { addValidateCommand } from './commands/validate.ts';
import { addWebhookCommand } from './commands/webhook.ts';
import { addWorkCommand } from './commands/work.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { addWorkflowCommand } from './commands/workflow.ts';
import { addWorkspaceCommand } from './commands/workspace.ts';
import { exitCodeHelp, exitCodes } from './exit-codes.ts';
import { reportError } from './terminal/report-error.ts';
import { version } from './version.ts';

/** Builds the command tree. Commands import what they need when they run, so that each starts quickly. */
export function createProgram(): Command {
  const program = new Command('millrace')
    .description('Millrace runs workflows: from a YAML file to a finished run.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(run it with --help for its arguments and examples)')
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
  addDevCommand(program);
  addServeCommand(program);
  addWorkCommand(program);
  addInitCommand(program);
  addValidateCommand(program);
  addRunCommand(program);
  addApprovalCommand(program);
  addEventCommand(program);
  addExplainCommand(program);
  addLimitCommand(program);
  addQueueCommand(program);
  addWorkerCommand(program);
  addTestCommand(program);
  addSchemaCommand(program);
  addWorkflowCommand(program);
  addCacheCommand(program);
  addWorkspaceCommand(program);
  addScheduleCommand(program);
  addPackCommand(program);
  addWebhookCommand(program);
  addLoginCommands(program);
  addAccountCommand(program);
  addUserCommands(program);
  addGroupCommand(program);
  addRoleCommand(program);
  addApiKeyCommand(program);
  addSecretCommand(program);
  addConnectionCommand(program);
  addAuditCommand(program);
  program.addHelpText(
    'after',
    `
Examples:
  $ millrace init                              # a first workflow in this folder
  $ millrace validate .                        # check all definitions
  $ millrace run . hello --input who=Ada       # run one here, without a server
  $ millrace test                              # run the tests of the workflows
  $ millrace dev                               # server, worker and database in one process
  $ millrace workflow start hello --follow     # start one on that server and watch it

Environment: MILLRACE_URL (server), MILLRACE_TOKEN, MILLRACE_WORKSPACE (default: main), NO_COLOR

${exitCodeHelp}
`,
  );
  return program;
}

/** Runs the command line; sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`millrace schema | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with 0; everything else is a mistake in the arguments.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid;
      return;
    }
    process.exitCode = reportError(error, { json: args.includes('--json') });
  }
}
