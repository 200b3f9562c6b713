import type { Limit, Queue } from '@millrace/api';
import { type LimitKind, limitKinds, MillraceError } from '@millrace/core';
import type { LimitListOptions, QueueListOptions } from '../commands/limit.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { timeTaken } from './show-run.ts';

export async function listLimits(options: LimitListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const answer = await client.limits.list({
    limit: 100,
    ...(namedWorkspace === null ? {} : { workspace: namedWorkspace }),
    ...kindOf(options),
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return exitCodes.ok;
  }
  const rows = answer.items.map((limit) => [
    limit.workspace,
    limit.kind,
    printable(limit.key),
    limitText(limit),
    String(limit.waiting),
    limit.waiting_since === null ? '' : timeTaken(limit.waiting_since, null),
    limit.holders[0] === undefined ? '' : positionText(limit.holders[0]),
  ]);
  const header = ['WORKSPACE', 'KIND', 'KEY', 'HELD', 'WAITING', 'LONGEST', 'HOLDER'];
  process.stdout.write(`${formatTable(header, rows)}\n`);
  return exitCodes.ok;
}

/** `limit get`: a key may be of several workspaces or kinds; all of them are shown. */
export async function showLimit(key: string, options: LimitListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const workspace = namedWorkspace === null ? {} : { workspace: namedWorkspace };
  const { items } = await client.limits.list({ key, ...workspace, ...kindOf(options) });
  if (items.length === 0) {
    throw new MillraceError('not_found', `Nobody holds the key ${key} or waits for it.`, {
      hint: 'See the keys that are in use: millrace limit list',
    });
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify({ items })}\n`);
  else process.stdout.write(items.map(describe).join('\n'));
  return exitCodes.ok;
}

export async function listQueues(options: QueueListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const answer = await client.queues.list(namedWorkspace === null ? {} : { workspace: namedWorkspace });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return exitCodes.ok;
  }
  const header = ['WORKSPACE', 'QUEUE', 'LIMIT', 'WAITING', 'READY', 'LEASED', 'LONGEST', 'DESCRIPTION'];
  process.stdout.write(`${formatTable(header, answer.items.map(queueRow))}\n`);
  return exitCodes.ok;
}

const queueRow = (queue: Queue): readonly string[] => [
  queue.workspace ?? '',
  printable(queue.queue),
  queue.limit === null ? '' : `${queue.held}/${queue.limit}`,
  String(queue.waiting),
  String(queue.ready),
  String(queue.leased),
  queue.oldest_at === null ? '' : timeTaken(queue.oldest_at, null),
  printable(queue.description ?? ''),
];

function kindOf({ kind }: LimitListOptions): Readonly<{ kind?: LimitKind }> {
  const known = limitKinds.find((one) => one === kind);
  return known === undefined ? {} : { kind: known };
}

function limitText({ kind, held, limit, per, free_at }: Limit): string {
  if (kind !== 'rate') return `${held}/${limit}`;
  return `${limit} in ${per}${free_at === null ? '' : `, free at ${free_at}`}`;
}

type Position = Limit['holders'][number];

function positionText({ run, workflow, step, item }: Position): string {
  const part = step === null ? '' : ` step ${step}${item < 0 ? '' : `[${item}]`}`;
  return printable(`run ${run}${workflow === null ? '' : ` of ${workflow}`}${part}`);
}

function describe(limit: Limit): string {
  const { workspace, kind, key, holders, waiters, waiting } = limit;
  const lineOf = (position: Position, more = '') =>
    `  ${positionText(position)}, ${timeTaken(position.since, null)}${more}\n`;
  const held = holders.map((holder) => lineOf(holder)).join('');
  const waits = waiters
    .map((waiter) => lineOf(waiter, waiter.when_full === 'queue' ? '' : ` (${waiter.when_full})`))
    .join('');
  const rest = waiting > waiters.length ? `  and ${waiting - waiters.length} more\n` : '';
  return (
    `${kind} ${printable(key)} of workspace ${workspace}: ${limitText(limit)}\n` +
    `${held === '' ? '' : `held by\n${held}`}${waits === '' ? '' : `waiting\n${waits}${rest}`}`
  );
}
