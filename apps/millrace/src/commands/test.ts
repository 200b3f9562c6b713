import type { Command } from 'commander';

export type TestCommandOptions = Readonly<{ filter?: string; json?: boolean; quiet?: boolean }>;

export function addTestCommand(program: Command): void {
  program
    .command('test')
    .description('run the tests of workflows (*.test.yaml): offline, with mocked steps and virtual time')
    .argument('[path]', 'a workspace folder, a .workflows folder, a test file, or the file that it tests', '.')
    .option('--filter <text>', 'only tests whose name, or that of their workflow, contains this text')
    .option('--json', 'print {"passed", "failed", "duration_ms", "tests": […]} as one JSON document')
    .option('-q, --quiet', 'show only the tests that failed')
    .addHelpText(
      'after',
      `
Nothing is executed for real: each step gets its result from the test. Waits and retries take no time.
Exits with 0 when all tests passed, 1 when one failed, 2 when a file is invalid or there is no test.

Examples:
  $ millrace test
  $ millrace test .workflows/release.test.yaml --filter "rolls back"
  $ millrace test . --json | jq '.tests[] | select(.passed | not)'
`,
    )
    .action(async (path: string, options: TestCommandOptions) => {
      const { testHere } = await import('../testing/test-here.ts');
      process.exitCode = await testHere(path, options);
    });
}
