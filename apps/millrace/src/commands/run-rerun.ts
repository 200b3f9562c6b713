import { type Command, InvalidArgumentError } from 'commander';
import { collect, inputHelp } from './input-option.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type StayOptions = Readonly<{ wait?: boolean; follow?: boolean; quiet?: boolean; json?: boolean }>;

export type RunRerunOptions = RemoteOptions &
  StayOptions &
  Readonly<{
    from?: GivenStep[];
    failed?: boolean;
    changed?: boolean;
    input?: string[];
    live?: boolean;
    revision?: string;
    key?: string;
  }>;

type GivenStep = Readonly<{ step: string; items?: number[] }>;

/** `build`, or `deploy:3` for an item of a for-each step. */
function collectStep(text: string, before: readonly GivenStep[] = []): GivenStep[] {
  const [, step = '', item] = /^([^:]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (step === '') throw new InvalidArgumentError('STEP or STEP:ITEM is expected; items count from 0.');
  if (item === undefined) return [...before, { step }];
  const known = before.find((point) => point.step === step && point.items !== undefined);
  const others = before.filter((point) => point !== known);
  return [...others, { step, items: [...(known?.items ?? []), Number(item)] }];
}

/** Options of commands that may stay until the end of the run that they start. */
export function addStayOptions(command: Command): Command {
  return command
    .option('--wait', 'wait for the end of the new run')
    .option('-f, --follow', 'show its steps and logs until its end')
    .option('-q, --quiet', 'no logs and no progress on stderr');
}

export function addRunRerunCommand(run: Command): void {
  addStayOptions(addRemoteOptions(run.command('rerun').description('run an ended run again, keeping what may be kept')))
    .argument('<run>', 'its id')
    .option('--from <step>', 'from this step, or STEP:ITEM of a for-each; may be given several times', collectStep)
    .option('--failed', 'from what failed: all that succeeded is kept (as: millrace run retry)')
    .option('--changed', 'from the steps that the new version of the workflow describes otherwise; implies --live')
    .option('-i, --input <input>', `inputs in the place of old ones: ${inputHelp}`, collect)
    .option('--live', 'with the live version of the workflow; default: the version that the run had')
    .option('--revision <revision>', 'with the version of this revision of the workspace')
    .option('--key <key>', 'idempotency key: running again with it gives the same run')
    .addHelpText(
      'after',
      `
A new run begins, which takes over the results of the old one, except those of the starting points, of what is behind them,
and of what did not succeed. Without --from, --failed and --changed everything runs again.

Examples:
  $ millrace run rerun 1042                             # all of it
  $ millrace run rerun 1042 --from deploy --follow      # deploy, and what is behind it
  $ millrace run rerun 1042 --from deploy:3 --from deploy:7
  $ millrace run rerun 1042 --failed --input region=eu --live
`,
    )
    .action(async (id: string, _options: RunRerunOptions, command: Command) => {
      const { rerunRun } = await import('../remote/rerun-run.ts');
      process.exitCode = await rerunRun(id, command.optsWithGlobals<RunRerunOptions>());
    });
}
