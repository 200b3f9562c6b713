import type { Command } from 'commander';
import { configHelp } from './workspace-help.ts';

export type PackOptions = Readonly<{ json?: boolean; config?: string }>;

const pathHelp = 'the workspace folder';

export function addPackCommand(program: Command): void {
  const pack = program.command('pack').description('list, show, lock and update the packs of a workspace here');
  const common = (command: Command): Command =>
    command.option('--config <file>', `credentials of repositories: ${configHelp}`).option('--json', 'print JSON');

  common(pack.command('list').description('list the packs that a workspace uses: version, where from, whether locked'))
    .argument('[path]', pathHelp, '.')
    .addHelpText('after', '\nExamples:\n  $ millrace pack list\n  $ millrace pack list ./platform --json\n')
    .action(async (path: string, options: PackOptions) => {
      const { listPacks } = await import('../offline/packs.ts');
      process.exitCode = await listPacks(path, options);
    });

  common(pack.command('get').description('show a pack: what it offers and what can be configured'))
    .argument('<pack>', 'its name')
    .argument('[path]', pathHelp, '.')
    .addHelpText('after', '\nExamples:\n  $ millrace pack get core\n')
    .action(async (name: string, path: string, options: PackOptions) => {
      const { showPack } = await import('../offline/packs.ts');
      process.exitCode = await showPack(name, path, options);
    });

  common(pack.command('lock').description('write millrace.lock: which commit and content each pack from Git has'))
    .argument('[path]', pathHelp, '.')
    .addHelpText(
      'after',
      `
Packs that are locked already stay as they are (see: millrace pack update). Commit the file.

Examples:
  $ millrace pack lock && git add millrace.lock
`,
    )
    .action(async (path: string, options: PackOptions) => {
      const { lockPacks } = await import('../offline/packs.ts');
      process.exitCode = await lockPacks(path, new Set(), options);
    });

  common(pack.command('update').description('lock packs anew to what their references mean now'))
    .argument('[packs...]', 'their names (default: all)')
    .option('--path <folder>', pathHelp, '.')
    .addHelpText('after', '\nExamples:\n  $ millrace pack update\n  $ millrace pack update tools --path ./platform\n')
    .action(async (names: string[], options: PackOptions & { path: string }) => {
      const { lockPacks } = await import('../offline/packs.ts');
      process.exitCode = await lockPacks(options.path, names.length === 0 ? 'all' : new Set(names), options);
    });
}
