import type { Command } from 'commander';
import type { RemoteOptions } from './remote-options.ts';

export type LoginOptions = Pick<RemoteOptions, 'url' | 'json'> &
  Readonly<{ name?: string; provider?: string; browser?: boolean; apiKey?: boolean }>;

const load = () => import('../remote/login.ts');

const urlHelp = 'the server (env: MILLRACE_URL; default: http://127.0.0.1:7070)';

export function addLoginCommands(program: Command): void {
  program
    .command('login')
    .description('sign in at a server, for the commands that follow')
    .option('--url <url>', urlHelp)
    .option('--name <account>', 'who signs in with a password (default: who you are on this machine)')
    .option('--provider <name>', 'sign in by this provider of the server')
    .option('--browser', 'sign in by the browser of this machine')
    .option('--no-browser', 'sign in by a browser elsewhere, into which you type a code')
    .option('--api-key', 'keep an API key instead of signing in')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Without options it shows what the server offers: where providers are set up it goes on in the browser, in which you sign in as
you like and say yes to this machine; else it asks for name and password. Password or key are asked for and not shown, or
read from standard input.

What comes of it is kept in ~/.config/millrace/logins.json, which only you can read, and is used by every command for that
server; --token and MILLRACE_TOKEN go before it. A session renews itself and ends after two weeks.

Examples:
  $ millrace login --url https://millrace.example
  $ millrace login --url https://millrace.example --provider company    # OpenID Connect, by the browser
  $ millrace login --provider directory --name ada                      # LDAP, with the password there
  $ millrace login --no-browser                                         # on a machine without one
  $ millrace login --name ada < password.txt
  $ millrace login --api-key < key.txt
`,
    )
    .action(async (options: LoginOptions) => {
      process.exitCode = await (await load()).login(options);
    });

  program
    .command('logout')
    .description('end the session at a server, and forget what was kept of it')
    .option('--url <url>', urlHelp)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nAn API key is forgotten here, and stays good.\n\nExamples:\n  $ millrace logout\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).logout(options);
    });

  program
    .command('whoami')
    .description('show who calls a server from here, and what he may do')
    .option('--url <url>', urlHelp)
    .option('--token <token>', 'an API key, or its API token (env: MILLRACE_TOKEN)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace whoami\n  $ millrace whoami --json | jq -r ".permissions[\\"run:control\\"]"\n',
    )
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).whoami(options);
    });
}
