import type { Command } from 'commander';
import { collect } from './input-option.ts';
import { addServerOptions, type RemoteOptions } from './remote-options.ts';

export type PutRoleOptions = RemoteOptions &
  Readonly<{ description?: string; file?: string; allow?: string[]; deny?: string[] }>;
export type BindOptions = RemoteOptions &
  Readonly<{
    user?: string;
    serviceAccount?: string;
    group?: string;
    name?: string;
    folder?: string;
    label?: string;
    own?: boolean;
  }>;

const load = () => import('../remote/rights.ts');

export function addRoleCommand(program: Command): void {
  const role = program.command('role').description('list, write and give away roles');

  addServerOptions(role.command('list').description('list the roles'))
    .addHelpText('after', '\nExamples:\n  $ millrace role list\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listRoles(options);
    });

  addServerOptions(role.command('show').description('show what a role allows and denies'))
    .argument('<role>', 'its name')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace role show operator\n  $ millrace role show deployer --json > deployer.json\n',
    )
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).showRole(name, options);
    });

  addServerOptions(role.command('put').description('make a role, or take its place with another'))
    .argument('<role>', 'its name')
    .option(
      '--file <file>',
      'JSON: { "description": …, "grants": [{ "permission": …, "effect": …, "where": … }] }; - for stdin',
    )
    .option('--description <text>', 'what it is for')
    .option(
      '--allow <grant>',
      'PERMISSION[,workspace=…][,name=…][,folder=…][,label=…][,own]; may be given again',
      collect,
    )
    .option('--deny <grant>', 'the same; a deny beats every allow', collect)
    .addHelpText(
      'after',
      `
Whoever writes a role needs all that it speaks of. It counts at once for everybody who has it.

Examples:
  $ millrace role put deployer --allow '*:read' --allow workflow:start,workspace=shop,name='deploy-*' --allow run:control,own
  $ millrace role put deployer --file deployer.json
`,
    )
    .action(async (name: string, options: PutRoleOptions) => {
      process.exitCode = await (await load()).putRole(name, options);
    });

  addServerOptions(role.command('remove').description('remove a role; whoever had it has it no more'))
    .argument('<role>', 'its name')
    .addHelpText('after', '\nExamples:\n  $ millrace role remove deployer\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).removeRole(name, options);
    });

  addServerOptions(role.command('bindings').description('list who has which role, and where'))
    .addHelpText('after', '\nExamples:\n  $ millrace role bindings\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listBindings(options);
    });

  for (const verb of ['bind', 'unbind'] as const) {
    const what = verb === 'bind' ? 'give a role to somebody' : 'take a role from somebody; say where as it was given';
    addServerOptions(role.command(verb).description(what))
      .argument('<role>', 'its name')
      .option('--user <name>', 'a user')
      .option('--service-account <name>', 'a service account')
      .option('--group <name>', 'everybody in a group')
      .option(
        '-w, --workspace <pattern>',
        'only in this workspace, or in those of a pattern: shop-* (default: everywhere)',
      )
      .option('--name <pattern>', 'only where the name is so: of the workflow, the secret, …')
      .option('--folder <folder>', 'only of workflows that are written in this folder, or below: etl/nightly')
      .option('--label <tag>', 'only of runs with this tag')
      .option('--own', 'only of runs that the same account started')
      .addHelpText(
        'after',
        `
Without --workspace, --name, --folder, --label and --own it counts everywhere. You need all that the role allows
and denies, wherever it counts.

Examples:
  $ millrace role ${verb} operator --user ada --workspace shop
  $ millrace role ${verb} operator --group data --workspace shop --folder etl
  $ millrace role ${verb} admin --group admins
`,
      )
      .action(async (name: string, options: BindOptions) => {
        process.exitCode = await (await load()).bindRole(verb, name, options);
      });
  }
}

export function addGroupCommand(program: Command): void {
  const group = program.command('group').description('list groups, and who is in them');

  addServerOptions(group.command('list').description('list the groups with their members'))
    .addHelpText('after', '\nExamples:\n  $ millrace group list\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listGroups(options);
    });

  addServerOptions(group.command('add').description('make a group, or describe it anew'))
    .argument('<group>', 'its name')
    .option('--description <text>', 'who is in it', '')
    .addHelpText('after', '\nExamples:\n  $ millrace group add release --description "Who may release"\n')
    .action(async (name: string, options: RemoteOptions & { description: string }) => {
      process.exitCode = await (await load()).addGroup(name, options);
    });

  addServerOptions(group.command('remove').description('remove a group, with its roles'))
    .argument('<group>', 'its name')
    .addHelpText('after', '\nExamples:\n  $ millrace group remove release\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).removeGroup(name, options);
    });

  for (const verb of ['add-member', 'remove-member'] as const) {
    addServerOptions(
      group.command(verb).description(verb === 'add-member' ? 'put an account into a group' : 'take it out again'),
    )
      .argument('<group>', 'the group')
      .argument('<account>', 'a user or service account')
      .addHelpText('after', `\nExamples:\n  $ millrace group ${verb} release ada\n`)
      .action(async (name: string, account: string, options: RemoteOptions) => {
        process.exitCode = await (await load()).changeMember(verb, name, account, options);
      });
  }
}
