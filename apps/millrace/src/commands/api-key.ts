import { parseDurationMs } from '@millrace/core';
import { type Command, InvalidArgumentError } from 'commander';
import { collect } from './input-option.ts';
import { addServerOptions, type RemoteOptions } from './remote-options.ts';

export type ListKeysOptions = RemoteOptions & Readonly<{ account?: string; all?: boolean }>;
export type CreateKeyOptions = RemoteOptions & Readonly<{ account?: string; scope?: string[]; expires?: number }>;
export type RevokeKeyOptions = RemoteOptions & Readonly<{ own?: boolean }>;

const load = () => import('../remote/api-keys.ts');

function parseLife(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= 60_000) return ms;
  throw new InvalidArgumentError('A duration such as 90d, of a minute at least, is expected.');
}

export function addApiKeyCommand(program: Command): void {
  const key = program.command('api-key').description('list, make and revoke API keys');

  addServerOptions(key.command('list').description('list your API keys, or those of an account, or all'))
    .option('--account <name>', 'those of this account')
    .option('--all', 'those of all accounts')
    .addHelpText(
      'after',
      '\nThe keys themselves are never shown.\n\nExamples:\n  $ millrace api-key list\n  $ millrace api-key list --all\n',
    )
    .action(async (options: ListKeysOptions) => {
      process.exitCode = await (await load()).listKeys(options);
    });

  addServerOptions(key.command('create').description('make an API key of your own, or of a service account'))
    .argument('<name>', 'what it is for')
    .option('--account <name>', 'a service account; default: you')
    .option(
      '--scope <grant>',
      'PERMISSION[,workspace=…][,name=…][,folder=…][,label=…][,own]; may be given again; default: all that the account may',
      collect,
    )
    .option('--expires <duration>', 'after how long it opens nothing any more; default: never', parseLife)
    .addHelpText(
      'after',
      `
The key is printed once, and stored nowhere. Programs send it as "Authorization: Bearer …", or in MILLRACE_TOKEN.

Examples:
  $ millrace api-key create laptop --expires 90d
  $ millrace api-key create ci --account deployer --scope workflow:start,workspace=shop --scope run:read
`,
    )
    .action(async (name: string, options: CreateKeyOptions) => {
      process.exitCode = await (await load()).createKey(name, options);
    });

  addServerOptions(key.command('revoke').description('let an API key open nothing any more'))
    .argument('<id>', 'its id, as the list shows it')
    .option('--own', 'one of your own, for which no permission is needed')
    .addHelpText('after', '\nExamples:\n  $ millrace api-key revoke 4fJx2kQpZa\n')
    .action(async (id: string, options: RevokeKeyOptions) => {
      process.exitCode = await (await load()).revokeKey(id, options);
    });
}
