import type { Connection, Secret } from '@millrace/api';
import { type Json, type JsonObject, MillraceError } from '@millrace/core';
import type { RemoteOptions } from '../commands/remote-options.ts';
import type { SecretSetOptions } from '../commands/secret.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../terminal/print-json.ts';
import { readSecret } from '../terminal/read-secret.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function setSecret(name: string, options: SecretSetOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const value = await readSecret(name);
  const secret = await client.secrets.set(workspace, name, { value, by: options.by });
  if (options.json === true) return printJson(secret);
  process.stdout.write(`Secret ${name} of workspace ${workspace} is stored, sealed with key ${secret.stored?.key}.\n`);
  process.stdout.write(shadowOf(secret));
  return exitCodes.ok;
}

/** What counts before that which is stored. */
function shadowOf({ from, source, problem }: Secret): string {
  if (from === 'unavailable') return `Whether it counts is not known: ${problem}\n`;
  if (from === null || from === 'store' || from === 'unreadable') return '';
  const place = { environment: 'the environment', file: 'the secrets file' }[from as 'environment' | 'file'];
  return `It does not count yet: the server has a value for it in ${place ?? `the source ${source}`}.\n`;
}

export async function listSecrets(options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const answer = await client.secrets.list(workspace);
  if (options.json === true) return printJson(answer);
  const header = ['NAME', 'FROM', 'USED', 'STORED', 'BY', 'KEY', 'DESCRIPTION'];
  process.stdout.write(`${formatTable(header, answer.items.map(secretRow))}\n`);
  for (const { name, problem } of answer.items) {
    if (problem !== null) process.stdout.write(`${printable(`${name}: ${problem}`)}\n`);
  }
  return exitCodes.ok;
}

export async function removeSecret(name: string, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const answer = await client.secrets.remove(workspace, name);
  if (options.json === true) return printJson(answer);
  process.stdout.write(`Secret ${name} of workspace ${workspace} is no longer stored.\n`);
  return exitCodes.ok;
}

export async function rotateSecrets(options: RemoteOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const answer = await client.secrets.rotate();
  if (options.json === true) return printJson(answer);
  const { key, resealed, total } = answer;
  process.stdout.write(`All ${total} stored secrets are sealed with key ${key}; ${resealed} were not before.\n`);
  return exitCodes.ok;
}

export async function listConnections(options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const answer = await client.connections.list(workspace);
  if (options.json === true) return printJson(answer);
  const rows = answer.items.map(({ name, type, secrets, description }) => [
    name,
    type ?? '',
    secrets.join(', '),
    printable(description ?? ''),
  ]);
  process.stdout.write(`${formatTable(['NAME', 'TYPE', 'SECRETS', 'DESCRIPTION'], rows)}\n`);
  return exitCodes.ok;
}

export async function showConnection(name: string, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const { items } = await client.connections.list(workspace);
  const connection = items.find((one) => one.name === name);
  if (connection === undefined) {
    const names = items.map((one) => one.name).join(', ');
    throw new MillraceError('not_found', `Workspace ${workspace} has no connection ${name}.`, {
      hint: names === '' ? 'It has none.' : `It has: ${names}.`,
    });
  }
  if (options.json === true) return printJson(connection);
  process.stdout.write(describe(connection));
  return exitCodes.ok;
}

function secretRow({ name, from, source, used, stored, description }: Secret): readonly string[] {
  return [
    name,
    source === null ? (from ?? '') : `${from} ${source}`,
    used ? 'yes' : 'no',
    stored?.updated_at ?? '',
    printable(stored?.updated_by ?? ''),
    stored?.key ?? '',
    printable(description ?? ''),
  ];
}

function describe({ name, type, description, values, secrets }: Connection): string {
  const lines = Object.entries(values as JsonObject).map(([key, value]) => `  ${key}: ${printable(textOf(value))}`);
  const reads = secrets.length === 0 ? [] : [`reads the secrets ${secrets.join(', ')}`];
  const about = [
    `${name}${type === null ? '' : ` (${type})`}`,
    ...(description === null ? [] : [printable(description)]),
  ];
  return `${[...about, ...lines, ...reads].join('\n')}\n`;
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
