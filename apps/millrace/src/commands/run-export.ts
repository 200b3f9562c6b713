import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

type RunExportOptions = RemoteOptions & Readonly<{ asTest?: boolean }>;

export function addRunExportCommand(run: Command): void {
  addRemoteOptions(run.command('export').description('turn an ended run of a server into a test of its workflow'))
    .argument('<run>', 'its id')
    .option('--as-test', 'as a test file (YAML) on stdout; the only form there is yet')
    .addHelpText(
      'after',
      `
The test has the run's input, each step's result as its mock, and how the run ended as its expectation. A step that called
a workflow is mocked as a whole. What the server does not tell (the errors of earlier attempts, iterations before the last,
which items failed) is named in remarks at the top of the file. With --json: {"test": "the YAML text"}.

Examples:
  $ millrace run export 1042 --as-test > .workflows/release.test.yaml
  $ millrace test .workflows/release.test.yaml
`,
    )
    .action(async (id: string, _options: RunExportOptions, command: Command) => {
      const options = command.optsWithGlobals<RunExportOptions>();
      if (options.asTest !== true) command.error('error: say --as-test', { exitCode: 2 });
      const { exportTest } = await import('../remote/export-test.ts');
      process.exitCode = await exportTest(id, options);
    });
}
