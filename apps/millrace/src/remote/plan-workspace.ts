import type { WorkspaceComparison } from '@millrace/api';
import { compareDefinitions, type Definitions } from '@millrace/core';
import type { RemoteOptions } from '../commands/remote-options.ts';
import type { WorkspacePlanOptions } from '../commands/workspace.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { checkWorkspace } from '../offline/check-workspace.ts';
import { countProblems, showDiagnostics } from '../terminal/show-diagnostics.ts';
import { printable, styleOf } from '../terminal/style.ts';
import { connect } from './connect.ts';

/** `millrace workspace plan`: a folder of this machine is compared here, a reference by the server. */
export async function planWorkspace(path: string, options: WorkspacePlanOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  if (options.ref !== undefined) return tell(await client.workspaces.plan(workspace, { ref: options.ref }), options);
  const checked = await checkWorkspace(path);
  const { definitions } = checked;
  const live = await client.workspaces.definitions(workspace);
  const compared =
    definitions === null
      ? { changes: [], warnings: [] }
      : compareDefinitions(live.definitions as unknown as Definitions, definitions);
  const comparison = {
    workspace,
    live: live.revision,
    revision: path,
    changes: compared.changes.map((change) => ({ ...change, keys: [...change.keys] })),
    warnings: compared.warnings.map((warning) => ({ ...warning })),
    diagnostics: checked.diagnostics.map((diagnostic) => ({ ...diagnostic })),
  };
  return tell(comparison, options, checked.sources, checked.shownPath);
}

/** `millrace workspace drift`. */
export async function showDrift(name: string | undefined, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  return tell(await client.workspaces.plan(name ?? workspace), options);
}

function tell(
  comparison: WorkspaceComparison,
  options: RemoteOptions,
  sources: readonly Readonly<{ path: string; text: string }>[] = [],
  shownPath: (file: string) => string = (file) => file,
): ExitCode {
  const { changes, diagnostics } = comparison;
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  if (options.json === true) process.stdout.write(`${JSON.stringify(comparison)}\n`);
  else {
    const style = styleOf(process.stdout);
    if (diagnostics.length > 0) process.stdout.write(`${showDiagnostics(diagnostics, sources, shownPath, style)}\n`);
    process.stdout.write(failed ? invalid(comparison) : differences(comparison));
  }
  if (failed) return exitCodes.invalid;
  return changes.length === 0 ? exitCodes.ok : exitCodes.changes;
}

function invalid({ workspace, revision, live, diagnostics }: WorkspaceComparison): string {
  const style = styleOf(process.stdout);
  const kept = live === null ? 'nothing is live' : `${live} stays live`;
  return `${style.red('invalid')} ${printable(revision)} would not become live in ${workspace}: ${countProblems(diagnostics)}; ${kept}\n`;
}

const signs = { added: '+', changed: '~', removed: '-' } as const;

function differences({ workspace, live, revision, changes, warnings }: WorkspaceComparison): string {
  const style = styleOf(process.stdout);
  const paint = { added: style.green, changed: style.yellow, removed: style.red };
  const lines = changes.flatMap(({ kind, name, change, keys }) => [
    paint[change](`${signs[change]} ${kind} ${name}`),
    ...keys.map((key) => `    ${printable(key)}`),
  ]);
  for (const { code, message } of warnings) {
    lines.push(`${style.yellow('warning')} ${printable(message)} ${style.dim(`[${code}]`)}`);
  }
  const counts = (['added', 'changed', 'removed'] as const)
    .map((kind) => [changes.filter(({ change }) => change === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`);
  const what = counts.length === 0 ? 'nothing would change' : counts.join(', ');
  lines.push(`${workspace} ${live ?? '(nothing live)'} → ${printable(revision)}: ${what}`);
  return `${lines.join('\n')}\n`;
}
