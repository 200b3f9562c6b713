import type { Command } from 'commander';
import { addServerOptions, type RemoteOptions } from './remote-options.ts';

export type EndSessionOptions = RemoteOptions & Readonly<{ others?: boolean }>;
export type LinkOptions = RemoteOptions & Readonly<{ name?: string }>;

const load = () => import('../remote/account.ts');
const secretsHelp = 'What is asked for is not shown; from standard input it comes as lines, in this order.';

/** What somebody changes about himself. */
export function addAccountCommand(program: Command): void {
  const account = program.command('account').description('your own account at a server: password, sessions, providers');

  addServerOptions(account.command('change-password').description('change your own password'))
    .addHelpText(
      'after',
      `
Asks for the password until now and for the new one. ${secretsHelp}
All your sessions end; that of this command line begins anew.

Examples:
  $ millrace account change-password
  $ cat old.txt new.txt | millrace account change-password
`,
    )
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).changePassword(options);
    });

  addServerOptions(account.command('sessions').description('list where you are signed in'))
    .addHelpText('after', '\nExamples:\n  $ millrace account sessions\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listOwnSessions(options);
    });

  addServerOptions(account.command('end-session').description('end one of your sessions, or all but this one'))
    .argument('[session]', 'its id')
    .option('--others', 'all but the one that asks (with an API key: all)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace account end-session 0b1f6c1e-5c1c-4d0e-9a55-7f1d2b9e3c11\n  $ millrace account end-session --others\n',
    )
    .action(async (session: string | undefined, options: EndSessionOptions) => {
      process.exitCode = await (await load()).endOwnSession(session, options);
    });

  addServerOptions(account.command('identities').description('list by whom of outside providers you may sign in'))
    .addHelpText('after', '\nExamples:\n  $ millrace account identities\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listOwnIdentities(options);
    });

  addServerOptions(account.command('link').description('sign in by a directory as well from now on'))
    .argument('<provider>', 'its name, as millrace login shows it')
    .option('--name <name>', 'what you are called in the directory (default: your account)')
    .addHelpText(
      'after',
      `
Asks for your password here and for that in the directory. ${secretsHelp}
Providers of OpenID Connect are linked on the page of your account, for they need a browser.

Examples:
  $ millrace account link directory
  $ millrace account link directory --name alovelace
`,
    )
    .action(async (provider: string, options: LinkOptions) => {
      process.exitCode = await (await load()).linkDirectory(provider, options);
    });

  addServerOptions(account.command('unlink').description('sign in by somebody at a provider no more'))
    .argument('<identity>', 'its id, or the name of the provider')
    .addHelpText(
      'after',
      '\nAsks for your password here. Your other sessions end.\n\nExamples:\n  $ millrace account unlink directory\n',
    )
    .action(async (identity: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).unlink(identity, options);
    });
}
