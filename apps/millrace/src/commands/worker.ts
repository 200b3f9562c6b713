import { parseDurationMs } from '@millrace/core';
import { type Command, InvalidArgumentError } from 'commander';
import { parseCount, parseNames } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type WorkerOptions = RemoteOptions;
export type CreateJoinTokenOptions = RemoteOptions &
  Readonly<{
    expires?: number | 'never';
    uses?: number | 'unlimited';
    workspaces?: string[];
    queues?: string[];
    labels?: string[];
  }>;

const nameHelp = 'its name, or its id where several have that name';
const load = () => import('../remote/workers.ts');
const loadJoining = () => import('../remote/joining.ts');

export function addWorkerCommand(program: Command): void {
  const worker = program
    .command('worker')
    .description('list the workers of a server, let them in, drain, resume and revoke them');

  addRemoteOptions(worker.command('list').description('list workers with what they take and hold'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace worker list\n  $ millrace worker list --json | jq -r ".items[] | select(.draining_since != null) | .name"\n',
    )
    .action(async (options: WorkerOptions) => {
      process.exitCode = await (await load()).listWorkers(options);
    });

  addRemoteOptions(worker.command('drain').description('let a worker get nothing new; what it holds goes on'))
    .argument('<worker>', nameHelp)
    .addHelpText(
      'after',
      `
It stays so until it is resumed or ends, also when servers are started anew. A worker that holds nothing any more can be
stopped without delay for any step.

Examples:
  $ millrace worker drain build-7
  $ millrace worker drain build-7 --json | jq .held
`,
    )
    .action(async (name: string, options: WorkerOptions) => {
      process.exitCode = await (await load()).drainWorker(name, options);
    });

  addRemoteOptions(worker.command('resume').description('let a worker that drains get work again'))
    .argument('<worker>', nameHelp)
    .addHelpText('after', '\nExamples:\n  $ millrace worker resume build-7\n')
    .action(async (name: string, options: WorkerOptions) => {
      process.exitCode = await (await load()).resumeWorker(name, options);
    });

  addRemoteOptions(worker.command('joined').description('list the workers that have tokens of their own'))
    .addHelpText(
      'after',
      '\nThose that are heard of most lately first, also such as do not run now.\n\nExamples:\n  $ millrace worker joined\n',
    )
    .action(async (options: WorkerOptions) => {
      process.exitCode = await (await loadJoining()).listJoined(options);
    });

  addRemoteOptions(worker.command('revoke').description('let the token of a worker open nothing any more'))
    .argument('<worker>', 'its name, or its id where several have that name')
    .addHelpText(
      'after',
      `
All its processes are refused at once and end with an error. What they hold is lost, as with a worker that died: it runs
again elsewhere. To let it work again, remove its token file and start it with a new join token.

Examples:
  $ millrace worker revoke build-7
`,
    )
    .action(async (name: string, options: WorkerOptions) => {
      process.exitCode = await (await loadJoining()).revokeWorker(name, options);
    });

  addJoinTokenCommand(worker);
}

function addJoinTokenCommand(worker: Command): void {
  const token = worker.command('join-token').description('list, make and revoke the tokens with which workers join');

  addRemoteOptions(token.command('list').description('list join tokens, those that expired or are used up as well'))
    .addHelpText(
      'after',
      '\nThe tokens themselves are never shown.\n\nExamples:\n  $ millrace worker join-token list\n',
    )
    .action(async (options: WorkerOptions) => {
      process.exitCode = await (await loadJoining()).listJoinTokens(options);
    });

  addRemoteOptions(token.command('create').description('make a token with which workers join'))
    .argument('<name>', 'what it is for')
    .option('--expires <duration>', 'after how long nobody joins with it any more, or never; default: 1h', parseLife)
    .option('--uses <number>', 'how many workers may join with it, or unlimited; default: 1', parseUses)
    .option('--workspaces <names>', 'they take work of these workspaces only, separated by commas', parseNames)
    .option('--queues <names>', 'they take work of these queues only, separated by commas', parseNames)
    .option('--labels <names>', 'they count as having these labels and no others, separated by commas', parseNames)
    .addHelpText(
      'after',
      `
The token is printed once, and stored nowhere. What workers may serve is checked by the server, whatever they say of
themselves; left out, they may serve everything.

Examples:
  $ millrace worker join-token create build-7
  $ millrace worker join-token create autoscaling --expires never --uses unlimited --queues build --workspaces shop
`,
    )
    .action(async (name: string, options: CreateJoinTokenOptions) => {
      process.exitCode = await (await loadJoining()).createJoinToken(name, options);
    });

  addRemoteOptions(token.command('revoke').description('let nobody join with a token any more; who did, stays'))
    .argument('<id>', 'its id, as the list shows it')
    .addHelpText('after', '\nExamples:\n  $ millrace worker join-token revoke 4fJx2kQpZa\n')
    .action(async (id: string, options: WorkerOptions) => {
      process.exitCode = await (await loadJoining()).revokeJoinToken(id, options);
    });
}

function parseLife(text: string): number | 'never' {
  if (text === 'never') return text;
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= 60_000) return ms;
  throw new InvalidArgumentError('A duration such as 1h, of a minute at least, or never is expected.');
}

const parseUses = (text: string): number | 'unlimited' => (text === 'unlimited' ? text : parseCount(text));
