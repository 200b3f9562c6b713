import type { Command } from 'commander';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';
import { userName } from './user-name.ts';

export type DeliveryListOptions = RemoteOptions & Readonly<{ outcome?: string; limit?: number; after?: string }>;
export type RedeliverOptions = RemoteOptions & Readonly<{ by: string }>;

const load = () => import('../remote/webhooks.ts');

export function addWebhookCommand(program: Command): void {
  const webhook = program.command('webhook').description('list and show webhooks, and the requests that came to them');

  addRemoteOptions(webhook.command('list').description('list webhooks with their addresses'))
    .addHelpText(
      'after',
      "\nLists all workspaces unless --workspace or MILLRACE_WORKSPACE names one.\n\nExamples:\n  $ millrace webhook list\n  $ millrace webhook list --json | jq '.items[].path'\n",
    )
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await load()).listWebhooks(options);
    });

  addRemoteOptions(webhook.command('get').description('show a webhook: its address, and who may call it'))
    .argument('<webhook>', 'its name')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace webhook get push\n  $ millrace webhook get push --json | jq .secret\n',
    )
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).showWebhook(name, options);
    });

  addRemoteOptions(webhook.command('deliveries').description('list requests to webhooks, newest first, or show one'))
    .argument('[webhook]', 'only those to this webhook, by its name; or the id of one delivery')
    .option('--outcome <outcome>', 'only accepted, duplicate, ignored or refused ones')
    .option('-n, --limit <number>', 'how many (default: 20)', parseCount)
    .option('--after <cursor>', 'the page after this one ("next" of the JSON)')
    .addHelpText(
      'after',
      `
Examples:
  $ millrace webhook deliveries push
  $ millrace webhook deliveries --outcome refused
  $ millrace webhook deliveries 1042          # one, with what was in it
`,
    )
    .action(async (which: string | undefined, options: DeliveryListOptions) => {
      process.exitCode = await (await load()).listDeliveries(which ?? null, options);
    });

  addRemoteOptions(webhook.command('redeliver').description('deliver a request again, by the webhook as it is now'))
    .argument('<delivery>', 'the id of the delivery')
    .option('--by <name>', 'who asks for it', userName())
    .addHelpText(
      'after',
      '\nStarts a new run, also when the request had one.\n\nExamples:\n  $ millrace webhook redeliver 1042\n  $ millrace webhook redeliver 1042 --json\n',
    )
    .action(async (delivery: string, options: RedeliverOptions) => {
      process.exitCode = await (await load()).redeliver(delivery, options);
    });
}
