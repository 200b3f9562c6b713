import type { JoinedWorker } from '@millrace/api';
import type { Client } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import type { CreateJoinTokenOptions, WorkerOptions } from '../commands/worker.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function listJoinTokens(options: WorkerOptions): Promise<ExitCode> {
  const answer = await connect(options).client.joinTokens.list();
  if (options.json === true) return print(answer);
  const rows = answer.items.map((token) => [
    token.id,
    printable(token.name),
    `${token.uses}/${token.most_uses ?? 'unlimited'}`,
    token.state === 'good' ? (token.until ?? 'never') : token.state.replace('_', ' '),
    printable(boundsText(token.bounds)),
    printable(token.created_by),
  ]);
  process.stdout.write(`${formatTable(['ID', 'NAME', 'USED', 'EXPIRES', 'MAY SERVE', 'MADE BY'], rows)}\n`);
  return exitCodes.ok;
}

export async function createJoinToken(name: string, options: CreateJoinTokenOptions): Promise<ExitCode> {
  const { expires, uses, workspaces = null, queues = null, labels = null } = options;
  const made = await connect(options).client.joinTokens.create({
    name,
    bounds: { workspaces, queues, labels },
    ...(expires === undefined ? {} : { life_ms: expires === 'never' ? null : expires }),
    ...(uses === undefined ? {} : { most_uses: uses === 'unlimited' ? null : uses }),
  });
  if (options.json === true) return print(made);
  const { id, until, most_uses: most } = made.join_token;
  const workers = most === null ? 'any number of workers' : most === 1 ? 'one worker' : `${most} workers`;
  process.stderr.write(
    `Join token ${id}, for ${workers}, ${until === null ? 'without an end' : `until ${until}`}. It is not shown again:\n`,
  );
  process.stdout.write(`${made.token}\n`);
  return exitCodes.ok;
}

export async function revokeJoinToken(id: string, options: WorkerOptions): Promise<ExitCode> {
  const answer = await connect(options).client.joinTokens.revoke(id);
  if (options.json === true) return print(answer);
  process.stdout.write(`Nobody joins with token ${id} any more; workers that did stay.\n`);
  return exitCodes.ok;
}

export async function listJoined(options: WorkerOptions): Promise<ExitCode> {
  const answer = await connect(options).client.workers.joined();
  if (options.json === true) return print(answer);
  const rows = answer.items.map((worker) => [
    printable(worker.name),
    worker.revoked_at === null ? 'good' : `revoked by ${printable(worker.revoked_by ?? '')}`,
    worker.used_at,
    worker.rotated_at,
    printable(boundsText(worker.bounds)),
    worker.id,
  ]);
  process.stdout.write(`${formatTable(['NAME', 'STATE', 'HEARD OF', 'TOKEN SINCE', 'MAY SERVE', 'ID'], rows)}\n`);
  return exitCodes.ok;
}

export async function revokeWorker(name: string, options: WorkerOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const revoked = await client.workers.revoke((await findJoined(client, name)).id);
  if (options.json === true) return print(revoked);
  process.stdout.write(
    `The token of ${printable(revoked.name)} opens nothing any more; what it held runs again elsewhere.\n`,
  );
  return exitCodes.ok;
}

/** By its id, or by its name where just one that is good has it. Throws `not_found` and `invalid_request`. */
async function findJoined(client: Client, name: string): Promise<JoinedWorker> {
  const { items } = await client.workers.joined();
  const byId = items.find(({ id }) => id === name);
  if (byId !== undefined) return byId;
  const good = items.filter((worker) => worker.revoked_at === null);
  const [found, other] = good.filter((worker) => worker.name === name);
  if (found === undefined) {
    const names = [...new Set(good.map((worker) => worker.name))];
    throw new MillraceError('not_found', `No worker has joined as ${name}.`, {
      hint:
        names.length === 0
          ? 'No worker has a token of its own.'
          : `There are: ${names.slice(0, 20).join(', ')}. A worker with the shared token cannot be revoked by itself.`,
    });
  }
  if (other !== undefined) {
    const ids = good.filter((worker) => worker.name === name).map(({ id }) => id);
    throw new MillraceError('invalid_request', `${ids.length} workers joined as ${name}.`, {
      hint: `Give the id of the one that is meant: ${ids.join(', ')}.`,
    });
  }
  return found;
}

function boundsText({ workspaces, queues, labels }: JoinedWorker['bounds']): string {
  const parts = [
    ...(workspaces === null ? [] : [`workspaces ${workspaces.join(',')}`]),
    ...(queues === null ? [] : [`queues ${queues.join(',')}`]),
    ...(labels === null ? [] : [`labels ${labels.join(',')}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join('; ');
}

function print(answer: object): ExitCode {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return exitCodes.ok;
}
