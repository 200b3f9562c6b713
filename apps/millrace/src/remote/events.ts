import type { EventDetail } from '@millrace/api';
import type { EventEmitOptions, EventListOptions } from '../commands/event.ts';
import { readInput } from '../commands/input-option.ts';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable, type Style, styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function emitEvent(type: string, options: EventEmitOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const payload = await readInput(options.payload ?? [], {});
  const answer = await client.events.emit({
    workspace,
    type,
    payload,
    via: 'cli',
    ...(options.key === undefined ? {} : { key: options.key }),
  });
  const { event, created } = answer;
  if (options.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else process.stdout.write(created ? `Event ${event.id} is stored.\n` : `There is event ${event.id} with this key.\n`);
  return exitCodes.ok;
}

export async function listEvents(options: EventListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const page = await client.events.list({
    limit: options.limit ?? 20,
    ...(namedWorkspace === null ? {} : { workspace: namedWorkspace }),
    ...(options.type === undefined ? {} : { type: options.type }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(page)}\n`);
    return exitCodes.ok;
  }
  const rows = page.items.map(({ id, workspace, type, at, payload }) => [
    id,
    workspace,
    type,
    at,
    printable(JSON.stringify(payload)).slice(0, 80),
  ]);
  process.stdout.write(`${formatTable(['EVENT', 'WORKSPACE', 'TYPE', 'AT', 'PAYLOAD'], rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

export async function showEvent(id: string, options: RemoteOptions): Promise<ExitCode> {
  const event = await connect(options).client.events.get(id);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(event)}\n` : describeEvent(event, styleOf(process.stdout)),
  );
  return exitCodes.ok;
}

function describeEvent({ id, workspace, type, at, key, source, payload, outcome }: EventDetail, style: Style): string {
  const lines = [
    `${style.bold(printable(type))} event ${id} of ${printable(workspace)} at ${at}`,
    `source   ${printable(JSON.stringify(source))}`,
  ];
  if (key !== null) lines.push(`key      ${printable(key)}`);
  lines.push(JSON.stringify(payload, null, 2));
  if (outcome === null) lines.push(style.yellow('It is being delivered.'));
  for (const { trigger, run } of outcome?.runs ?? []) lines.push(`trigger ${printable(trigger)} started run ${run}`);
  for (const { trigger, error } of outcome?.failures ?? []) {
    lines.push(
      `${style.red('error')} trigger ${printable(trigger)}: ${printable(error.message)} ${style.dim(`[${error.code}]`)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
