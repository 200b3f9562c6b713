import type { Workspace } from '@millrace/api';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { countProblems, showDiagnostics } from '../terminal/show-diagnostics.ts';
import { printable, styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function listWorkspaces(options: RemoteOptions): Promise<ExitCode> {
  const found = await connect(options).client.workspaces.list();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return exitCodes.ok;
  }
  const rows = found.items.map((workspace) => [
    workspace.name,
    short(workspace.revision),
    workspace.revision_at ?? '',
    workspace.diagnostics.length === 0 ? '' : countProblems(workspace.diagnostics),
    printable(placeOf(workspace)),
  ]);
  process.stdout.write(`${formatTable(['WORKSPACE', 'LIVE', 'SINCE', 'PROBLEMS', 'SOURCE'], rows)}\n`);
  return exitCodes.ok;
}

export async function showWorkspace(name: string | undefined, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  show(await client.workspaces.get(name ?? workspace), options);
  return exitCodes.ok;
}

export async function syncWorkspace(name: string | undefined, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const synced = await client.workspaces.sync(name ?? workspace);
  show(synced, options);
  return hasErrors(synced) ? exitCodes.invalid : exitCodes.ok;
}

function show(workspace: Workspace, options: RemoteOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(workspace)}\n`);
    return;
  }
  const style = styleOf(process.stdout);
  const live = workspace.revision === null ? 'nothing yet' : `${workspace.revision} since ${workspace.revision_at}`;
  const lines = [
    style.bold(workspace.name),
    `  source  ${printable(placeOf(workspace))}`,
    `  live    ${live}`,
    `  looked  ${workspace.synced_at}`,
  ];
  if (hasErrors(workspace))
    lines.push(`  ${style.yellow('The source has errors, so the live revision is older than it.')}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (workspace.diagnostics.length === 0) return;
  process.stdout.write(`\n${showDiagnostics(workspace.diagnostics, [], (file) => file, style)}\n`);
}

const hasErrors = ({ diagnostics }: Workspace): boolean => diagnostics.some(({ severity }) => severity === 'error');

const short = (revision: string | null): string => (revision === null ? '' : revision.slice(0, 12));

/** A source in a few words: a path, or an address with what is followed of it. */
function placeOf({ source }: Workspace): string {
  const { type, path, url, ref } = source;
  if (type !== 'git') return String(path ?? type ?? '');
  return `${String(url)} at ${String(ref)}${path === '' ? '' : `, folder ${String(path)}`}`;
}
