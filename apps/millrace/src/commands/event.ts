import type { Command } from 'commander';
import { collect } from './input-option.ts';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type EventEmitOptions = RemoteOptions & Readonly<{ payload?: string[]; key?: string }>;
export type EventListOptions = RemoteOptions &
  Readonly<{ type?: string; key?: string; limit?: number; after?: string }>;

export function addEventCommand(program: Command): void {
  const event = program.command('event').description('emit, list and show events of a server');

  addRemoteOptions(event.command('emit').description('emit an event into a workspace'))
    .argument('<type>', 'its type, such as order.paid')
    .option('-p, --payload <payload>', 'JSON object, @file.json, - (stdin), or name=value; repeatable', collect)
    .option('--key <key>', 'idempotency key: emitting again with it gives the same event')
    .addHelpText(
      'after',
      `
It is stored when the command ends. Runs that wait for such an event go on, and triggers of type event start runs.

Examples:
  $ millrace event emit order.paid --payload order=7
  $ millrace event emit git.tag_pushed -p '{"tag": "v2"}' --key push-311 --json
`,
    )
    .action(async (type: string, options: EventEmitOptions) => {
      const { emitEvent } = await import('../remote/events.ts');
      process.exitCode = await emitEvent(type, options);
    });

  addRemoteOptions(event.command('list').description('list events, newest first'))
    .option('--type <type>', 'only of this type')
    .option('--key <key>', 'only with this key')
    .option('--limit <count>', 'how many; default 20', parseCount)
    .option('--after <id>', 'only those before this one: the page after it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace event list\n  $ millrace event list --type order.paid --json | jq ".items[].payload"\n',
    )
    .action(async (options: EventListOptions) => {
      const { listEvents } = await import('../remote/events.ts');
      process.exitCode = await listEvents(options);
    });

  addRemoteOptions(event.command('get').description('show an event, and what came of it'))
    .argument('<event>', 'its id')
    .addHelpText('after', '\nExamples:\n  $ millrace event get 311\n')
    .action(async (id: string, options: RemoteOptions) => {
      const { showEvent } = await import('../remote/events.ts');
      process.exitCode = await showEvent(id, options);
    });
}
