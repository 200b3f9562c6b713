import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';

export function addValidateCommand(program: Command): void {
  program
    .command('validate')
    .description('check all definitions and print every problem at once')
    .argument('[path]', 'a workspace folder, a .workflows folder, or one YAML file', '.')
    .option('--json', 'print {"diagnostics": [{severity, code, message, hint, file, line, column}]}')
    .addHelpText(
      'after',
      `
Exits with 0 when there is no error (warnings do not count), with 2 when there is one.

Examples:
  $ millrace validate
  $ millrace validate .workflows/release.yaml
  $ millrace validate . --json | jq '.diagnostics[] | select(.severity == "error")'
`,
    )
    .action(async (path: string, options: { json?: boolean }) => {
      const { checkWorkspace } = await import('../offline/check-workspace.ts');
      const checked = await checkWorkspace(path);
      const failed = checked.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
      process.exitCode = failed ? exitCodes.invalid : exitCodes.ok;
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify({ diagnostics: checked.diagnostics })}\n`);
        return;
      }
      const { countProblems, showDiagnostics } = await import('../terminal/show-diagnostics.ts');
      const { styleOf } = await import('../terminal/style.ts');
      const style = styleOf(process.stdout);
      if (checked.diagnostics.length > 0) {
        process.stdout.write(`${showDiagnostics(checked.diagnostics, checked.sources, checked.shownPath, style)}\n`);
      }
      const verdict = failed ? style.red('invalid') : style.green('valid');
      process.stdout.write(`${verdict} ${checked.summary}, ${countProblems(checked.diagnostics)}\n`);
    });
}
