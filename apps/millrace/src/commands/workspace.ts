import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export function addWorkspaceCommand(program: Command): void {
  const workspace = program.command('workspace').description('list, show and load the workspaces of a server');

  addRemoteOptions(workspace.command('list').description('list the workspaces: where they come from, what is live'))
    .addHelpText('after', '\nExamples:\n  $ millrace workspace list\n  $ millrace workspace list --json | jq .items\n')
    .action(async (options: RemoteOptions) => {
      const { listWorkspaces } = await import('../remote/workspaces.ts');
      process.exitCode = await listWorkspaces(options);
    });

  addRemoteOptions(
    workspace.command('get').description('show a workspace: its source, its live revision, its problems'),
  )
    .argument('[workspace]', 'its name (default: that of --workspace)')
    .addHelpText('after', '\nExamples:\n  $ millrace workspace get\n  $ millrace workspace get platform --json\n')
    .action(async (name: string | undefined, options: RemoteOptions) => {
      const { showWorkspace } = await import('../remote/workspaces.ts');
      process.exitCode = await showWorkspace(name, options);
    });

  addRemoteOptions(workspace.command('sync').description('load a workspace from its source now'))
    .argument('[workspace]', 'its name (default: that of --workspace)')
    .addHelpText(
      'after',
      `
Exits with 0 when what the source holds is live, with 2 when the source has errors (the last good revision stays).

Examples:
  $ millrace workspace sync platform
  $ git push && millrace workspace sync platform
`,
    )
    .action(async (name: string | undefined, options: RemoteOptions) => {
      const { syncWorkspace } = await import('../remote/workspaces.ts');
      process.exitCode = await syncWorkspace(name, options);
    });
}
