import type { Worker } from '@millrace/api';
import type { Client } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import type { WorkerOptions } from '../commands/worker.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { timeTaken } from './show-run.ts';

export async function listWorkers(options: WorkerOptions): Promise<ExitCode> {
  const answer = await connect(options).client.workers.list();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return exitCodes.ok;
  }
  const rows = answer.items.map((worker) => [
    printable(worker.name),
    `${worker.held}/${worker.slots}`,
    stateText(worker),
    printable(worker.capabilities.join(',')),
    printable(worker.queues.join(',')),
    printable(worker.labels.join(',')),
    printable(worker.host),
    printable(worker.id),
  ]);
  const header = ['NAME', 'HELD', 'STATE', 'TAKES', 'QUEUES', 'LABELS', 'HOST', 'ID'];
  process.stdout.write(`${formatTable(header, rows)}\n`);
  return exitCodes.ok;
}

export async function drainWorker(name: string, options: WorkerOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const drained = await client.workers.drain((await findWorker(client, name)).id);
  if (options.json === true) process.stdout.write(`${JSON.stringify(drained)}\n`);
  else process.stdout.write(`${printable(drained.name)} gets nothing new; ${heldText(drained)}\n`);
  return exitCodes.ok;
}

export async function resumeWorker(name: string, options: WorkerOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const resumed = await client.workers.resume((await findWorker(client, name)).id);
  if (options.json === true) process.stdout.write(`${JSON.stringify(resumed)}\n`);
  else process.stdout.write(`${printable(resumed.name)} gets work again.\n`);
  return exitCodes.ok;
}

/** By its id, or by its name where just one has it. Throws `not_found` and `invalid_request`. */
async function findWorker(client: Client, name: string): Promise<Worker> {
  const { items } = await client.workers.list();
  const byId = items.find(({ id }) => id === name);
  const named = byId === undefined ? items.filter((worker) => worker.name === name) : [byId];
  const [found, other] = named;
  if (found === undefined) {
    const names = [...new Set(items.map((worker) => worker.name))];
    throw new MillraceError('not_found', `There is no worker ${name}.`, {
      hint: names.length === 0 ? 'No worker is connected.' : `There are: ${names.slice(0, 20).join(', ')}.`,
    });
  }
  if (other !== undefined) {
    throw new MillraceError('invalid_request', `${named.length} workers have the name ${name}.`, {
      hint: `Give the id of the one that is meant: ${named.map(({ id }) => id).join(', ')}.`,
    });
  }
  return found;
}

function stateText({ draining_since: since }: Worker): string {
  return since === null ? 'takes work' : `draining ${timeTaken(since, null)}`;
}

function heldText({ held }: Worker): string {
  if (held === 0) return 'it holds nothing and can be stopped.';
  return `it still holds ${held === 1 ? '1 attempt, which goes' : `${held} attempts, which go`} on.`;
}
