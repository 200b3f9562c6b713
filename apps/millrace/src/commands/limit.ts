import { limitKinds } from '@millrace/core';
import { type Command, Option } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type LimitListOptions = RemoteOptions & Readonly<{ kind?: string }>;
export type QueueListOptions = RemoteOptions;

const kindOption = () => new Option('--kind <kind>', 'only limits of this kind').choices(limitKinds);

export function addLimitCommand(program: Command): void {
  const limit = program.command('limit').description('show the limits that runs and steps of a server share');

  addRemoteOptions(limit.command('list').description('list limits that somebody holds or waits for'))
    .addOption(kindOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace limit list\n  $ millrace limit list --kind rate --json | jq -r ".items[].free_at"\n',
    )
    .action(async (options: LimitListOptions) => {
      const { listLimits } = await import('../remote/limits.ts');
      process.exitCode = await listLimits(options);
    });

  addRemoteOptions(
    limit.command('get').description('show who holds a key and who waits for it, in the order of the line'),
  )
    .argument('<key>', 'the key of the limit, or the name of the queue')
    .addOption(kindOption())
    .addHelpText(
      'after',
      '\nExits with 2 when nobody holds the key or waits for it.\n\nExamples:\n  $ millrace limit get "deploy production"\n  $ millrace limit get slow --kind queue --json\n',
    )
    .action(async (key: string, options: LimitListOptions) => {
      const { showLimit } = await import('../remote/limits.ts');
      process.exitCode = await showLimit(key, options);
    });
}

export function addQueueCommand(program: Command): void {
  const queue = program.command('queue').description('show the queues of a server');

  addRemoteOptions(queue.command('list').description('list queues with their limits and what stands in them'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace queue list\n  $ millrace queue list --json | jq -r ".items[] | select(.ready > 0) | .queue"\n',
    )
    .action(async (options: QueueListOptions) => {
      const { listQueues } = await import('../remote/limits.ts');
      process.exitCode = await listQueues(options);
    });
}
