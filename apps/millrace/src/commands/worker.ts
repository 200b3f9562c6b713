import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type WorkerOptions = RemoteOptions;

const nameHelp = 'its name, or its id where several have that name';
const load = () => import('../remote/workers.ts');

export function addWorkerCommand(program: Command): void {
  const worker = program.command('worker').description('list the workers of a server, drain and resume them');

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
}
