import type { RemoteOptions } from '../commands/remote-options.ts';
import type {
  ScheduleBackfillOptions,
  ScheduleDecisionOptions,
  ScheduleFireOptions,
  ScheduleListOptions,
  ScheduleNextOptions,
} from '../commands/schedule.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { describeSchedule, stateOf } from './show-schedule.ts';

function print(options: RemoteOptions, json: unknown, text: string): ExitCode {
  process.stdout.write(options.json === true ? `${JSON.stringify(json)}\n` : text);
  return exitCodes.ok;
}

export async function listSchedules(options: ScheduleListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const page = await client.schedules.list({
    limit: options.limit ?? 50,
    ...(namedWorkspace === null ? {} : { workspace: namedWorkspace }),
    ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
    ...(options.search === undefined ? {} : { search: options.search }),
    ...(options.enabled === true ? { enabled: 'true' } : options.disabled === true ? { enabled: 'false' } : {}),
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  const rows = page.items.map((schedule) => [
    `${schedule.workspace}/${schedule.name}`,
    schedule.workflow,
    stateOf(schedule),
    schedule.next_tick_at ?? '',
    schedule.last_tick === null ? '' : `${schedule.last_tick.scheduled_at} ${schedule.last_tick.result}`,
  ]);
  print(options, page, `${formatTable(['SCHEDULE', 'WORKFLOW', 'STATE', 'NEXT', 'LAST'], rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

export async function showSchedule(name: string, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const schedule = await client.schedules.get(workspace, name, { next: 3 });
  return print(options, schedule, describeSchedule(schedule, styleOf(process.stdout)));
}

export async function showTicks(name: string, options: ScheduleNextOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const { items } = await client.schedules.ticks(workspace, name, {
    limit: options.limit ?? 10,
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  return print(options, { items }, items.length === 0 ? 'It has no more times.\n' : `${items.join('\n')}\n`);
}

export async function decideSchedule(
  name: string,
  verb: 'enable' | 'disable' | 'reset',
  options: ScheduleDecisionOptions,
): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const body = { by: options.by, ...(options.reason === undefined ? {} : { reason: options.reason }) };
  const schedule = await client.schedules[verb](workspace, name, body);
  const next = schedule.next_tick_at === null ? '' : ` Its next time is ${schedule.next_tick_at}.`;
  return print(options, schedule, `Schedule ${name} is ${schedule.enabled ? 'enabled' : 'disabled'}.${next}\n`);
}

export async function backfillSchedule(name: string, options: ScheduleBackfillOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const { from, to, by } = options;
  const dryRun = options.dryRun === true;
  const filled = await client.schedules.backfill(workspace, name, { from, to, by, dry_run: dryRun });
  if (filled.items.length === 0) return print(options, filled, 'The range has no times of this schedule.\n');
  const rows = filled.items.map(({ scheduled_at: at, run, created }) => [
    at,
    run ?? '',
    created ? (dryRun ? 'missing' : 'started') : 'there already',
  ]);
  const count = filled.items.filter((item) => item.created).length;
  const sum = `${count} of ${filled.items.length} ${dryRun ? 'would be' : count === 1 ? 'was' : 'were'} started.`;
  return print(options, filled, `${formatTable(['TIME', 'RUN', ''], rows)}\n${sum}\n`);
}

export async function fireSchedule(name: string, options: ScheduleFireOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const started = await client.schedules.fire(workspace, name, {
    by: options.by,
    ...(options.key === undefined ? {} : { idempotency_key: options.key }),
  });
  const text = started.created ? `Run ${started.id} was started.\n` : `Run ${started.id} has this key already.\n`;
  return print(options, started, text);
}
