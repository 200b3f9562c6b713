import { type Command, InvalidArgumentError } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type ExplainOptions = RemoteOptions & Readonly<{ item?: number }>;

function parseItem(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('An item is a whole number from 0.');
  return Number(text);
}

export function addExplainCommand(program: Command): void {
  addRemoteOptions(
    program.command('explain').description('say why a run of a server does not go on, and who can change it'),
  )
    .argument('<run>', 'its id')
    .argument('[step]', 'one step of it')
    .option('--item <index>', 'one item of that step, from 0', parseItem)
    .addHelpText(
      'after',
      `
Says for a run, a step or an item what it waits for, since when and until when, who or what moves it, and the command to
type where it is you.

Examples:
  $ millrace explain 1042                    # the run, and each step that has not ended
  $ millrace explain 1042 build              # one step, and its items under way
  $ millrace explain 1042 build --item 7
  $ millrace explain 1042 --json | jq -r '.answers[] | [.step, .reason] | @tsv'
`,
    )
    .action(async (run: string, step: string | undefined, options: ExplainOptions) => {
      const { explainRun } = await import('../remote/explain.ts');
      process.exitCode = await explainRun(run, step, options);
    });
}
