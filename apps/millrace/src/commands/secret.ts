import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';
import { userName } from './user-name.ts';

export type SecretSetOptions = RemoteOptions & Readonly<{ by: string }>;

const load = () => import('../remote/secrets.ts');

export function addSecretCommand(program: Command): void {
  const secret = program.command('secret').description('set, list and remove the secrets of a workspace');

  addRemoteOptions(secret.command('set').description('store a secret, in place of what it was'))
    .argument('<name>', 'its name in `{{ secrets.NAME }}`')
    .option('--by <name>', 'who sets it', userName())
    .addHelpText(
      'after',
      `
The value is asked for and not shown; or it is read from standard input, without the line feed at its end. It is never an
argument: those stand in lists of processes and in histories of shells.

Examples:
  $ millrace secret set npm_token
  $ millrace secret set deploy_key --workspace shop < ~/.ssh/deploy
  $ pass show npm | millrace secret set npm_token
`,
    )
    .action(async (name: string, options: SecretSetOptions) => {
      process.exitCode = await (await load()).setSecret(name, options);
    });

  addRemoteOptions(secret.command('list').description('list what a workspace declares, reads or has stored'))
    .addHelpText(
      'after',
      '\nNo value is ever shown. FROM tells where it comes from; nothing there: it has none.\n\nExamples:\n  $ millrace secret list\n  $ millrace secret list --json | jq -r ".items[] | select(.from == null) | .name"\n',
    )
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listSecrets(options);
    });

  addRemoteOptions(secret.command('rm').description('forget a stored secret'))
    .argument('<name>', 'its name')
    .addHelpText('after', '\nExamples:\n  $ millrace secret rm npm_token\n')
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).removeSecret(name, options);
    });

  addRemoteOptions(secret.command('rotate').description("seal all stored secrets with the server's first key"))
    .addHelpText(
      'after',
      `
To change the key: put the new one before the old one in the key file of every server, run this, then take the old one out.
The values stay as they are; a secret that somebody saw is changed with \`secret set\`.

Examples:
  $ millrace secret rotate
`,
    )
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).rotateSecrets(options);
    });
}

export function addConnectionCommand(program: Command): void {
  const connection = program.command('connection').description('show the connections of a workspace');

  addRemoteOptions(connection.command('list').description('list the connections of the live revision'))
    .addHelpText('after', '\nExamples:\n  $ millrace connection list\n  $ millrace connection list --json\n')
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listConnections(options);
    });

  addRemoteOptions(
    connection.command('show').description('show the values of a connection, and which secrets they read'),
  )
    .argument('<name>', 'its name')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace connection show warehouse\n  $ millrace connection show warehouse --json\n',
    )
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).showConnection(name, options);
    });
}
