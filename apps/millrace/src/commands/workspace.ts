import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type WorkspacePlanOptions = RemoteOptions & Readonly<{ ref?: string }>;

const planCodes = 'Exits with 0 when nothing would change, with 5 when something would, with 2 when there are errors.';

export function addWorkspaceCommand(program: Command): void {
  const workspace = program.command('workspace').description('list, show, compare and load the workspaces of a server');

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

  addRemoteOptions(
    workspace.command('plan').description('show what a folder, branch or commit would change of what is live'),
  )
    .argument('[path]', 'the folder to compare with (not with --ref)', '.')
    .option('--ref <ref>', "a branch, tag or commit of the workspace's repository instead")
    .addHelpText(
      'after',
      `
Nothing changes: what is live is compared with the folder here, or (--ref) with what the server finds in the repository.
${planCodes}

Examples:
  $ millrace workspace plan                            # this folder against the workspace main
  $ millrace workspace plan . -w platform --json       # in CI, for a pull request that is checked out
  $ millrace workspace plan -w platform --ref feature/x
`,
    )
    .action(async (path: string, options: WorkspacePlanOptions) => {
      const { planWorkspace } = await import('../remote/plan-workspace.ts');
      process.exitCode = await planWorkspace(path, options);
    });

  addRemoteOptions(
    workspace.command('drift').description('show how the source of a workspace differs from what is live'),
  )
    .argument('[workspace]', 'its name (default: that of --workspace)')
    .addHelpText(
      'after',
      `
The server looks at the source now, without loading it: a commit that has errors, or one that nobody told of yet.
${planCodes}

Examples:
  $ millrace workspace drift platform
`,
    )
    .action(async (name: string | undefined, options: RemoteOptions) => {
      const { showDrift } = await import('../remote/plan-workspace.ts');
      process.exitCode = await showDrift(name, options);
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
