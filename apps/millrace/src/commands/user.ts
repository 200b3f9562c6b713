import type { Command } from 'commander';
import { addServerOptions, type RemoteOptions } from './remote-options.ts';

export type AddAccountOptions = RemoteOptions &
  Readonly<{ displayName?: string; email?: string; passwordFile?: string }>;
/** `email: false`: none. */
export type ChangeAccountOptions = RemoteOptions & Readonly<{ displayName?: string; email?: string | false }>;
/** What is done to one account. */
const accountActions = ['disable', 'enable', 'remove'] as const;
export type AccountAction = (typeof accountActions)[number];

const load = () => import('../remote/users.ts');

const describedAs: Readonly<Record<AccountAction, string>> = {
  disable: 'let it in no more: sessions end, API keys open nothing',
  enable: 'let it in again',
  remove: 'remove it, with its API keys, memberships and roles',
};

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('list, add and change the users of a server');
  addAccountCommands(user, 'user');

  addServerOptions(user.command('reset-password').description('make a link by which a user sets a new password, once'))
    .argument('<name>', 'the user')
    .addHelpText('after', '\nThe link is good for a day.\n\nExamples:\n  $ millrace user reset-password ada\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).resetPassword(name, options);
    });

  addServerOptions(user.command('unlock').description('let a user try again who typed too many wrong passwords'))
    .argument('<name>', 'the user')
    .addHelpText('after', '\nExamples:\n  $ millrace user unlock ada\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).unlockUser(name, options);
    });

  addServerOptions(user.command('sessions').description('list where a user is signed in'))
    .argument('<name>', 'the user')
    .addHelpText('after', '\nExamples:\n  $ millrace user sessions ada\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).listSessions(name, options);
    });

  addServerOptions(user.command('sign-out').description('end all sessions of a user'))
    .argument('<name>', 'the user')
    .addHelpText('after', '\nExamples:\n  $ millrace user sign-out ada\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).signUserOut(name, options);
    });

  addServerOptions(user.command('identities').description('list by whom of outside providers a user may sign in'))
    .argument('<name>', 'the user')
    .addHelpText('after', '\nExamples:\n  $ millrace user identities ada\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).listUserIdentities(name, options);
    });

  addServerOptions(user.command('unlink').description('let a user sign in no more by somebody at a provider'))
    .argument('<name>', 'the user')
    .argument('<identity>', 'its id, or the name of the provider')
    .addHelpText(
      'after',
      '\nAll sessions of the user end. Whoever it is there gets an account of its own the next time.\n\nExamples:\n  $ millrace user unlink ada company\n',
    )
    .action(async (name: string, identity: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).unlinkUser(name, identity, options);
    });

  addAccountCommands(
    program.command('service-account').description('list, add and change accounts of programs'),
    'service',
  );
}

function addAccountCommands(parent: Command, kind: 'user' | 'service'): void {
  const command = kind === 'user' ? 'millrace user' : 'millrace service-account';
  const example = kind === 'user' ? 'ada' : 'deployer';
  addServerOptions(parent.command('list').description('list them, with groups and roles'))
    .addHelpText('after', `\nExamples:\n  $ ${command} list\n  $ ${command} list --json | jq -r ".items[].name"\n`)
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listAccounts(kind, options);
    });

  addServerOptions(parent.command('show').description('show one, with groups and roles'))
    .argument('<name>', 'its name')
    .addHelpText('after', `\nExamples:\n  $ ${command} show ${example}\n`)
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).showAccount(kind, name, options);
    });

  const add = addServerOptions(parent.command('add').description('add one; it may do nothing until it gets a role'))
    .argument('<name>', 'its name: small letters, digits and . _ @ -')
    .option('--display-name <text>', 'how it is shown')
    .option('--email <address>', 'where it is reached');
  if (kind === 'user')
    add.option('--password-file <file>', 'the first line is the password; without it, a link is printed');
  add
    .addHelpText(
      'after',
      kind === 'user'
        ? '\nWithout a password, a link is printed by which the user sets one, once, within a day.\n\nExamples:\n  $ millrace user add ada --display-name "Ada Lovelace" --email ada@example.org\n  $ millrace user add ada --password-file /run/secrets/ada\n'
        : '\nIt has no password: make it an API key.\n\nExamples:\n  $ millrace service-account add deployer\n  $ millrace api-key create ci --account deployer\n',
    )
    .action(async (name: string, options: AddAccountOptions) => {
      process.exitCode = await (await load()).addAccount(kind, name, options);
    });

  addServerOptions(parent.command('change').description('change how it is shown, or reached'))
    .argument('<name>', 'its name')
    .option('--display-name <text>', 'how it is shown')
    .option('--email <address>', 'where it is reached')
    .option('--no-email', 'it is reached nowhere')
    .addHelpText(
      'after',
      `\nRefused where it may do something that you may not.\n\nExamples:\n  $ ${command} change ${example} --display-name "Ada King"\n  $ ${command} change ${example} --no-email\n`,
    )
    .action(async (name: string, options: ChangeAccountOptions) => {
      process.exitCode = await (await load()).changeDetails(kind, name, options);
    });

  for (const action of accountActions) {
    addServerOptions(parent.command(action).description(describedAs[action]))
      .argument('<name>', 'its name')
      .addHelpText(
        'after',
        `\nRefused where it may do something that you may not${action === 'enable' ? '' : ', and for the last administrator'}.\n\nExamples:\n  $ ${command} ${action} ${example}\n`,
      )
      .action(async (name: string, options: RemoteOptions) => {
        process.exitCode = await (await load()).changeAccount(kind, action, name, options);
      });
  }
}
