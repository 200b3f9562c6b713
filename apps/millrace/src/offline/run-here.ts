import { type Definitions, type JsonObject, MillraceError, type Parameter } from '@millrace/core';
import { readInput } from '../commands/input-option.ts';
import type { OfflineOptions } from '../commands/run.ts';
import { type ExitCode, exitCodeOfRun, exitCodes } from '../exit-codes.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { openServerSecrets } from '../server/server-secrets.ts';
import { formatDuration } from '../terminal/duration.ts';
import { createProgressView, type ProgressView, statusText } from '../terminal/progress-view.ts';
import { isLive, printable, type Style, styleOf } from '../terminal/style.ts';
import { type AskPerson, checkApproving, findApprovals } from './answer-offline.ts';
import { type CheckedWorkspace, checkWorkspace } from './check-workspace.ts';
import { readEvent } from './give-events.ts';
import { type RunDocument, runDocument } from './run-document.ts';
import { runOffline } from './run-offline.ts';

/** `millrace run PATH WORKFLOW`: checks, runs, shows; gives the exit code. */
export async function runHere(path: string, named: string | undefined, options: OfflineOptions): Promise<ExitCode> {
  const json = options.json === true;
  const quiet = options.quiet === true;
  const checked = await checkWorkspace(path);
  const { location, definitions } = checked;
  if (location === null || definitions === null) {
    await showInvalid(checked, json);
    return exitCodes.invalid;
  }
  const workflow = chooseWorkflow(definitions, named);
  const input = await readInput(options.input ?? [], parametersOf(definitions, workflow));
  const approving = { all: options.approveAll === true, steps: new Set(options.approve ?? []) };
  const canAsk = process.stdin.isTTY === true && process.stderr.isTTY === true;
  checkApproving(findApprovals(definitions, workflow), approving, canAsk);
  const secrets = await openServerSecrets(options.secretsFile);
  const events = (options.event ?? []).map(readEvent);
  if (!json && !quiet) await showWarnings(checked);

  const style = styleOf(process.stderr);
  const view = createProgressView(process.stderr, {
    style,
    live: !json && !quiet && isLive(process.stderr),
    showLogs: !quiet,
  });
  const failedHooks: string[] = [];
  let topRun: string | null = null;
  const stop = listenForStop({
    onFirst: () => {
      if (!quiet) process.stderr.write('Cancelling the run. Press Ctrl-C again to end at once.\n');
    },
  });
  try {
    const detail = await runOffline({
      location,
      definitions,
      hash: checked.hash,
      packFiles: checked.packFiles,
      workflow,
      input,
      secrets,
      events,
      answering: { approving, ask: canAsk ? askOnTerminal(view, style) : null },
      signal: stop.signal,
      onHookFailed: (hook, why) => failedHooks.push(`Hook ${hook} ${why}`),
      onLog: view.log,
      onEvent: (event) => {
        if (event.type === 'run') topRun ??= event.run;
        if (event.type !== 'step' || json || quiet || event.run !== (topRun ?? event.run)) return;
        view.step(event);
      },
    });
    view.end();
    for (const failed of failedHooks) process.stderr.write(`${style.yellow('warning')} ${printable(failed)}\n`);
    const document = runDocument(detail);
    process.stdout.write(
      json ? `${JSON.stringify(document)}\n` : summary(document, detail.run.startedAt, detail.run.endedAt),
    );
    return exitCodeOfRun(document.run.status);
  } finally {
    view.end();
    stop.release();
  }
}

function askOnTerminal(view: ProgressView, style: Style): AskPerson {
  return async (approval, problem, signal) => {
    const resume = view.pause();
    const { askApproval } = await import('../terminal/ask-approval.ts');
    try {
      return await askApproval(approval, problem, signal, { input: process.stdin, output: process.stderr, style });
    } finally {
      resume();
    }
  };
}

function chooseWorkflow(definitions: Definitions, named: string | undefined): string {
  const names = Object.keys(definitions.workflows);
  const only = names.length === 1 ? names[0] : undefined;
  const workflow = named ?? only;
  if (workflow === undefined) {
    throw new MillraceError('invalid_request', 'Which workflow? There are several.', {
      hint: `Name one of: ${names.join(', ')}.`,
    });
  }
  if (Object.hasOwn(definitions.workflows, workflow)) return workflow;
  throw new MillraceError('workflow_not_found', `There is no workflow ${JSON.stringify(workflow)}.`, {
    hint:
      names.length === 0
        ? 'The workspace defines none.'
        : `There is: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
  });
}

function parametersOf(definitions: Definitions, workflow: string): Readonly<Record<string, Parameter>> {
  const input = definitions.workflows[workflow]?.input;
  return input?.kind === 'flat' ? input.fields : {};
}

async function showInvalid(checked: CheckedWorkspace, json: boolean): Promise<void> {
  if (json) {
    process.stdout.write(`${JSON.stringify({ diagnostics: checked.diagnostics })}\n`);
    return;
  }
  const { countProblems, showDiagnostics } = await import('../terminal/show-diagnostics.ts');
  const style = styleOf(process.stderr);
  process.stderr.write(`${showDiagnostics(checked.diagnostics, checked.sources, checked.shownPath, style)}\n`);
  process.stderr.write(`${style.red('Nothing was run:')} ${countProblems(checked.diagnostics)}\n`);
}

async function showWarnings(checked: CheckedWorkspace): Promise<void> {
  if (checked.diagnostics.length === 0) return;
  const { showDiagnostics } = await import('../terminal/show-diagnostics.ts');
  const style = styleOf(process.stderr);
  process.stderr.write(`${showDiagnostics(checked.diagnostics, checked.sources, checked.shownPath, style)}\n`);
}

function summary({ run, steps }: RunDocument, startedAt: number | null, endedAt: number | null): string {
  const style = styleOf(process.stdout);
  const time = startedAt === null || endedAt === null ? '' : ` in ${formatDuration(endedAt - startedAt)}`;
  const lines = [`${statusText(run.status, style).trimEnd()} ${run.workflow}${time}`];
  for (const [name, step] of Object.entries(steps)) {
    if (step.status !== 'failed' && step.status !== 'timed_out') continue;
    lines.push(`  ${name}: ${printable(step.error?.message ?? step.reason ?? step.status)}`);
    if (step.error?.hint !== undefined) lines.push(`    ${style.cyan('hint:')} ${printable(step.error.hint)}`);
  }
  // A run's error is most often its step's, which was told already.
  const told = Object.values(steps).some((step) => step.error?.message === run.error?.message);
  if (run.error !== null && !told)
    lines.push(`${style.red('error')} ${printable(run.error.message)} ${style.dim(`[${run.error.code}]`)}`);
  if (run.output !== null) lines.push(JSON.stringify(run.output satisfies JsonObject[string], null, 2));
  return `${lines.join('\n')}\n`;
}
