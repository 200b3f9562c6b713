import type { CreateKeyOptions, ListKeysOptions, RevokeKeyOptions } from '../commands/api-key.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../terminal/print-json.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { readGrant } from './rights.ts';
import { roleText } from './users.ts';

export async function listKeys(options: ListKeysOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const { account, all } = options;
  const answer =
    account === undefined && all !== true
      ? await client.own.apiKeys()
      : await client.apiKeys.list(account === undefined ? {} : { account });
  if (options.json === true) return printJson(answer);
  const rows = answer.items.map((key) => [
    key.id,
    key.account,
    printable(key.name),
    key.scopes === null
      ? 'all'
      : key.scopes.map(({ permission, where }) => roleText({ role: permission, where })).join('; '),
    key.used_at ?? 'never',
    key.expired ? 'expired' : (key.until ?? 'never'),
  ]);
  process.stdout.write(`${formatTable(['ID', 'ACCOUNT', 'NAME', 'SCOPES', 'USED', 'EXPIRES'], rows)}\n`);
  return exitCodes.ok;
}

export async function createKey(name: string, options: CreateKeyOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const { account, scope, expires } = options;
  const wanted = {
    name,
    scopes: scope === undefined ? null : scope.map((text) => readGrant(text, 'allow')),
    life_ms: expires ?? null,
  };
  const made =
    account === undefined ? await client.own.createApiKey(wanted) : await client.apiKeys.create({ account, ...wanted });
  if (options.json === true) return printJson(made);
  process.stderr.write(`API key ${made.api_key.id} of ${made.api_key.account}. It is not shown again:\n`);
  process.stdout.write(`${made.key}\n`);
  return exitCodes.ok;
}

export async function revokeKey(id: string, options: RevokeKeyOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const answer = options.own === true ? await client.own.revokeApiKey(id) : await client.apiKeys.revoke(id);
  if (options.json === true) return printJson(answer);
  process.stdout.write(`API key ${id} opens nothing any more.\n`);
  return exitCodes.ok;
}
