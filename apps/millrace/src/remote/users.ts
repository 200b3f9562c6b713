import { readFile } from 'node:fs/promises';
import type { PasswordLink, RoleBinding, ServiceAccount, User } from '@millrace/api';
import { MillraceError } from '@millrace/core';
import type { RemoteOptions } from '../commands/remote-options.ts';
import type { AccountAction, AddAccountOptions, ChangeAccountOptions } from '../commands/user.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../terminal/print-json.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { findIdentity, identityTable } from './identity-table.ts';
import { serverUrl } from './server-url.ts';
import { sessionTable } from './session-table.ts';

type Kind = 'user' | 'service';

const accountsOf = (kind: Kind, options: RemoteOptions) => {
  const { client } = connect(options);
  return kind === 'user' ? client.users : client.serviceAccounts;
};

export async function listAccounts(kind: Kind, options: RemoteOptions): Promise<ExitCode> {
  const answer = await accountsOf(kind, options).list();
  if (options.json === true) return printJson(answer);
  const rows = answer.items.map((account) => [
    account.name,
    printable(account.display_name),
    stateOf(account),
    account.groups.join(', '),
    account.roles.map(bindingText).join('; '),
  ]);
  process.stdout.write(`${formatTable(['NAME', 'CALLED', 'STATE', 'GROUPS', 'ROLES'], rows)}\n`);
  return exitCodes.ok;
}

export async function showAccount(kind: Kind, name: string, options: RemoteOptions): Promise<ExitCode> {
  const account = await accountsOf(kind, options).get(name);
  if (options.json === true) return printJson(account);
  const lines = [
    `${account.name} (${printable(account.display_name)})`,
    `state    ${stateOf(account)}`,
    `email    ${printable(account.email ?? '')}`,
    `added    ${account.created_at} by ${printable(account.created_by)}`,
    ...('signed_in_at' in account ? [`signed in ${account.signed_in_at ?? 'never'}`] : []),
    `groups   ${account.groups.join(', ')}`,
    ...account.roles.map(
      (binding) => `role     ${bindingText(binding)}${binding.group === null ? '' : ` (by ${binding.group})`}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.ok;
}

export async function addAccount(kind: Kind, name: string, options: AddAccountOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const { displayName, email, passwordFile } = options;
  const details = {
    name,
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(email === undefined ? {} : { email }),
  };
  if (kind === 'service') {
    const account = await client.serviceAccounts.create(details);
    if (options.json === true) return printJson(account);
    process.stdout.write(
      `Service account ${account.name} is there. A key: millrace api-key create NAME --account ${account.name}\n`,
    );
    return exitCodes.ok;
  }
  const password = passwordFile === undefined ? {} : { password: await readPassword(passwordFile) };
  const answer = await client.users.create({ ...details, ...password });
  if (options.json === true) return printJson(answer);
  process.stdout.write(
    `User ${answer.user.name} is there, and may do nothing yet. A role: millrace role bind ROLE --user ${answer.user.name}\n`,
  );
  if (answer.link !== null) process.stdout.write(linkText(answer.link, options));
  return exitCodes.ok;
}

/** Its first line. Throws `invalid_request`. */
async function readPassword(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MillraceError('invalid_request', `The password file ${file} cannot be read.`, {
      hint: 'Name a file whose first line is the password.',
      cause,
    });
  });
  return text.split(/\r?\n/, 1)[0] ?? '';
}

export async function changeAccount(
  kind: Kind,
  action: AccountAction,
  name: string,
  options: RemoteOptions,
): Promise<ExitCode> {
  const answer = await accountsOf(kind, options)[action](name);
  if (options.json === true) return printJson(answer);
  const done = { disable: 'is disabled', enable: 'is enabled', remove: 'is gone' }[action];
  process.stdout.write(`${name} ${done}.\n`);
  return exitCodes.ok;
}

export async function changeDetails(kind: Kind, name: string, options: ChangeAccountOptions): Promise<ExitCode> {
  const { displayName, email } = options;
  if (displayName === undefined && email === undefined) {
    throw new MillraceError('invalid_request', 'Nothing to change was given.', {
      hint: 'Give --display-name, --email or --no-email.',
    });
  }
  const account = await accountsOf(kind, options).change(name, {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(email === undefined ? {} : { email: email === false ? null : email }),
  });
  if (options.json === true) return printJson(account);
  const reached = account.email === null ? '' : `, ${account.email}`;
  process.stdout.write(`${printable(`${account.name} is shown as ${account.display_name}${reached}`)}.\n`);
  return exitCodes.ok;
}

export async function listUserIdentities(name: string, options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.users.identities(name);
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${identityTable(answer.items)}\n`);
  return exitCodes.ok;
}

export async function unlinkUser(name: string, given: string, options: RemoteOptions): Promise<ExitCode> {
  const { users } = connect(options).client;
  const { id, provider } = findIdentity((await users.identities(name)).items, given);
  const answer = await users.removeIdentity(name, id);
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${name} signs in by ${provider} no more, and is signed out everywhere.\n`);
  return exitCodes.ok;
}

export async function resetPassword(name: string, options: RemoteOptions): Promise<ExitCode> {
  const link = await connect(options).client.users.resetPassword(name);
  if (options.json === true) return printJson(link);
  process.stdout.write(linkText(link, options));
  return exitCodes.ok;
}

const linkText = ({ user, path, until }: PasswordLink, { url }: RemoteOptions): string =>
  `By this link ${user} sets a password, once, until ${until}. It is not shown again:\n  ${new URL(path, serverUrl(url)).href}\n`;

export async function unlockUser(name: string, options: RemoteOptions): Promise<ExitCode> {
  const user = await connect(options).client.users.unlock(name);
  if (options.json === true) return printJson(user);
  process.stdout.write(`${user.name} may sign in again.\n`);
  return exitCodes.ok;
}

export async function listSessions(name: string, options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.users.sessions(name);
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${sessionTable(answer.items)}\n`);
  return exitCodes.ok;
}

export async function signUserOut(name: string, options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.users.signOut(name);
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${answer.ended} ${answer.ended === 1 ? 'session' : 'sessions'} of ${name} ended.\n`);
  return exitCodes.ok;
}

function stateOf(account: User | ServiceAccount): string {
  if (account.disabled) return 'disabled';
  if ('locked_until' in account && account.locked_until !== null) return `locked until ${account.locked_until}`;
  return 'has_password' in account && !account.has_password ? 'no password' : 'active';
}

/** `operator in workspace shop`. */
export function roleText({ role, where }: Pick<RoleBinding, 'role' | 'where'>): string {
  const parts = [
    ...(where.workspace === undefined ? [] : [`workspace ${where.workspace}`]),
    ...(where.name === undefined ? [] : [`name ${where.name}`]),
    ...(where.folder === undefined ? [] : [`folder ${where.folder}`]),
    ...(where.label === undefined ? [] : [`label ${where.label}`]),
    ...(where.own === undefined ? [] : ['own']),
  ];
  return printable(parts.length === 0 ? role : `${role} in ${parts.join(', ')}`);
}

/** `operator in workspace shop`, `admin everywhere`. */
export const bindingText = (binding: Pick<RoleBinding, 'role' | 'where'>): string =>
  `${roleText(binding)}${Object.keys(binding.where).length === 0 ? ' everywhere' : ''}`;
