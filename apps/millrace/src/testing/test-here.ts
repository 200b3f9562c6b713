import type { TestCommandOptions } from '../commands/test.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatDuration } from '../terminal/duration.ts';
import { countProblems, showDiagnostics } from '../terminal/show-diagnostics.ts';
import { styleOf } from '../terminal/style.ts';
import { runTests, type TestOutcome, type TestReport } from './run-tests.ts';
import { showOutcome } from './show-outcome.ts';

/** `millrace test`: runs the tests that a path means and shows what came of them; gives the exit code. */
export async function testHere(path: string, options: TestCommandOptions): Promise<ExitCode> {
  const json = options.json === true;
  const style = styleOf(process.stdout);
  const report = await runTests(path, {
    filter: options.filter ?? null,
    onOutcome: (outcome, shownPath) => {
      if (json || (options.quiet === true && outcome.mismatches.length === 0)) return;
      process.stdout.write(showOutcome(outcome, shownPath, style));
    },
  });
  if (json) process.stdout.write(`${JSON.stringify(documentOf(report))}\n`);
  else if (report.kind === 'ran') process.stdout.write(summary(report.outcomes, report.milliseconds));
  else {
    const problems = styleOf(process.stderr);
    const { diagnostics, sources, shownPath } = report;
    process.stderr.write(`${showDiagnostics(diagnostics, sources, shownPath, problems)}\n`);
    process.stderr.write(`${problems.red('Nothing was run:')} ${countProblems(diagnostics)}\n`);
  }
  if (report.kind === 'invalid') return exitCodes.invalid;
  return report.outcomes.every(({ mismatches }) => mismatches.length === 0) ? exitCodes.ok : exitCodes.failed;
}

function summary(outcomes: readonly TestOutcome[], milliseconds: number): string {
  const style = styleOf(process.stdout);
  const failed = outcomes.filter(({ mismatches }) => mismatches.length > 0).length;
  const passed = outcomes.length - failed;
  const parts = [...(failed > 0 ? [style.red(`${failed} failed`)] : []), style.green(`${passed} passed`)];
  return `\n${parts.join(', ')} ${style.dim(`(${formatDuration(milliseconds)})`)}\n`;
}

/** The one document of `millrace test --json`. Keys are added, never changed or removed. */
function documentOf(report: TestReport) {
  if (report.kind === 'invalid') return { diagnostics: report.diagnostics };
  const tests = report.outcomes.map(({ test, mismatches, milliseconds }) => ({
    workflow: test.workflow,
    name: test.name,
    file: test.at.file,
    line: test.at.line,
    passed: mismatches.length === 0,
    duration_ms: Math.round(milliseconds * 10) / 10,
    failures: mismatches.map(({ at, message, differences }) => ({ message, ...at, differences })),
  }));
  const failed = tests.filter(({ passed }) => !passed).length;
  return { passed: tests.length - failed, failed, duration_ms: Math.round(report.milliseconds), tests };
}
