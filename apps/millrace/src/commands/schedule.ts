import type { Command } from 'commander';
import { parseCount, parseMoment } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';
import { userName } from './user-name.ts';

export type ScheduleListOptions = RemoteOptions &
  Readonly<{
    workflow?: string;
    enabled?: boolean;
    disabled?: boolean;
    search?: string;
    limit?: number;
    after?: string;
  }>;
export type ScheduleNextOptions = RemoteOptions & Readonly<{ limit?: number; after?: string }>;
export type ScheduleDecisionOptions = RemoteOptions & Readonly<{ reason?: string; by: string }>;
export type ScheduleBackfillOptions = RemoteOptions &
  Readonly<{ from: string; to: string; dryRun?: boolean; by: string }>;
export type ScheduleFireOptions = RemoteOptions & Readonly<{ key?: string; by: string }>;

const nameHelp = 'its name';
const load = () => import('../remote/schedules.ts');

export function addScheduleCommand(program: Command): void {
  const schedule = program.command('schedule').description('list, show, enable, disable, backfill and fire schedules');
  addListCommand(schedule);
  addShowCommands(schedule);
  addDecisionCommands(schedule);
  addStartCommands(schedule);
}

function addListCommand(schedule: Command): void {
  addRemoteOptions(schedule.command('list').description('list schedules with their next times'))
    .option('--workflow <name>', 'only those that start this workflow')
    .option('--enabled', 'only those that are enabled')
    .option('--disabled', 'only those that are disabled')
    .option('--search <text>', 'only those whose name holds this text')
    .option('-n, --limit <number>', 'how many (default: 50)', parseCount)
    .option('--after <cursor>', 'the page after this one ("next" of the JSON)')
    .addHelpText(
      'after',
      `
Lists all workspaces unless --workspace or MILLRACE_WORKSPACE names one.

Examples:
  $ millrace schedule list
  $ millrace schedule list --disabled
  $ millrace schedule list --json | jq '.items[] | [.name, .next_tick_at]'
`,
    )
    .action(async (options: ScheduleListOptions) => {
      process.exitCode = await (await load()).listSchedules(options);
    });
}

function addShowCommands(schedule: Command): void {
  addRemoteOptions(schedule.command('get').description('show a schedule, and why it starts runs or does not'))
    .argument('<schedule>', nameHelp)
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace schedule get nightly\n  $ millrace schedule get nightly --json | jq .answers\n',
    )
    .action(async (name: string, options: RemoteOptions) => {
      process.exitCode = await (await load()).showSchedule(name, options);
    });

  addRemoteOptions(schedule.command('next').description('tell the next times of a schedule'))
    .argument('<schedule>', nameHelp)
    .option('-n, --limit <number>', 'how many (default: 10)', parseCount)
    .option('--after <time>', 'times after this one (default: now)', parseMoment)
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace schedule next nightly\n  $ millrace schedule next nightly --after 2027-03-26T00:00:00Z -n 5\n',
    )
    .action(async (name: string, options: ScheduleNextOptions) => {
      process.exitCode = await (await load()).showTicks(name, options);
    });
}

function addDecisionCommands(schedule: Command): void {
  const decisions = [
    ['enable', 'enable a schedule, whatever its definition says, until it is reset', '--reason "back from holidays"'],
    ['disable', 'disable a schedule, whatever its definition says, until it is reset', '--reason "too loud"'],
    ['reset', 'take enable or disable back: the definition decides again', '--json'],
  ] as const;
  for (const [verb, description, example] of decisions) {
    addRemoteOptions(schedule.command(verb).description(description))
      .argument('<schedule>', nameHelp)
      .option('--reason <text>', 'why, for those who look at it later')
      .option('--by <name>', 'who decides it', userName())
      .addHelpText(
        'after',
        `\nExamples:\n  $ millrace schedule ${verb} nightly\n  $ millrace schedule ${verb} nightly ${example}\n`,
      )
      .action(async (name: string, options: ScheduleDecisionOptions) => {
        process.exitCode = await (await load()).decideSchedule(name, verb, options);
      });
  }
}

function addStartCommands(schedule: Command): void {
  addRemoteOptions(schedule.command('backfill').description('start the runs of a past range that are not there'))
    .argument('<schedule>', nameHelp)
    .requiredOption('--from <time>', 'the first moment, itself included', parseMoment)
    .requiredOption('--to <time>', 'the last moment, itself included; not in the future', parseMoment)
    .option('--dry-run', 'only tell what would be started')
    .option('--by <name>', 'who asks for it', userName())
    .addHelpText(
      'after',
      `
A time that has a run keeps it, so the command can be repeated. At most 1,000 times in one call.

Examples:
  $ millrace schedule backfill nightly --from 2026-11-01T00:00:00Z --to 2026-11-07T00:00:00Z --dry-run
  $ millrace schedule backfill nightly --from 2026-11-01T00:00:00+01:00 --to 2026-11-07T00:00:00+01:00
`,
    )
    .action(async (name: string, options: ScheduleBackfillOptions) => {
      process.exitCode = await (await load()).backfillSchedule(name, options);
    });

  addRemoteOptions(schedule.command('fire').description('start a run of a schedule now'))
    .argument('<schedule>', nameHelp)
    .option('--key <key>', 'idempotency key: firing again with it gives the same run')
    .option('--by <name>', 'who asks for it', userName())
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace schedule fire nightly\n  $ millrace schedule fire nightly --key try-1 --json\n',
    )
    .action(async (name: string, options: ScheduleFireOptions) => {
      process.exitCode = await (await load()).fireSchedule(name, options);
    });
}
