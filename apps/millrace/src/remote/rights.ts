import { readFile } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import type { Grant, Group } from '@millrace/api';
import type { Client } from '@millrace/client';
import { isPermissionPattern, MillraceError } from '@millrace/core';
import type { RemoteOptions } from '../commands/remote-options.ts';
import type { BindOptions, PutRoleOptions } from '../commands/role.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { bindingText, roleText } from './users.ts';

export async function listRoles(options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.roles.list();
  const rows = answer.items.map(({ name, built_in, description }) => [
    name,
    built_in ? 'yes' : '',
    printable(description),
  ]);
  return tell(options, answer, formatTable(['ROLE', 'BUILT IN', 'DESCRIPTION'], rows));
}

export async function showRole(name: string, options: RemoteOptions): Promise<ExitCode> {
  const role = await connect(options).client.roles.get(name);
  const grants = role.grants.map(
    ({ effect, permission, where }) => `  ${effect} ${roleText({ role: permission, where })}`,
  );
  return tell(options, role, [role.name, printable(role.description), ...grants].join('\n'));
}

export async function putRole(name: string, options: PutRoleOptions): Promise<ExitCode> {
  const written = options.file === undefined ? {} : await readRole(options.file);
  const given = [
    ...(options.allow ?? []).map((text) => readGrant(text, 'allow')),
    ...(options.deny ?? []).map((text) => readGrant(text, 'deny')),
  ];
  const grants = [...(written.grants ?? []), ...given];
  const description = options.description ?? written.description ?? '';
  const role = await connect(options).client.roles.put(name, { description, grants });
  return tell(
    options,
    role,
    `Role ${role.name} has ${role.grants.length} ${role.grants.length === 1 ? 'grant' : 'grants'}.`,
  );
}

type RoleBody = Parameters<Client['roles']['put']>[1];

/** What the file says, as the API takes it; it checks the rest. `role show --json` gives such a file. */
async function readRole(file: string): Promise<Partial<RoleBody>> {
  try {
    const text = file === '-' ? await readText(process.stdin) : await readFile(file, 'utf8');
    const { description, grants } = JSON.parse(text) as Partial<RoleBody>;
    return { ...(description === undefined ? {} : { description }), ...(grants === undefined ? {} : { grants }) };
  } catch (cause) {
    throw new MillraceError('invalid_request', `The role file ${file} cannot be read as JSON.`, {
      hint: 'An example: millrace role show operator --json',
      cause,
    });
  }
}

/** `run:control,workspace=shop,own`. Throws `invalid_request`. */
export function readGrant(text: string, effect: Grant['effect']): Grant {
  const [permission = '', ...parts] = text.split(',').map((part) => part.trim());
  const wrong = (what: string): MillraceError =>
    new MillraceError('invalid_request', `${JSON.stringify(text)} is no grant: ${what}.`, {
      hint: 'For example: run:control,workspace=shop,name=deploy-*,own',
    });
  if (!isPermissionPattern(permission)) throw wrong(`${JSON.stringify(permission)} means no permission`);
  const where: { workspace?: string; name?: string; folder?: string; label?: string; own?: true } = {};
  for (const part of parts) {
    const [key = '', value = ''] = part.split(/=(.*)/s, 2);
    if (part === 'own') where.own = true;
    else if (isPlaceKey(key) && value !== '') where[key] = value;
    else throw wrong(`${JSON.stringify(part)} is neither workspace=…, name=…, folder=…, label=… nor own`);
  }
  return { effect, permission, where };
}

type PlaceKey = 'workspace' | 'name' | 'folder' | 'label';
const isPlaceKey = (key: string): key is PlaceKey => ['workspace', 'name', 'folder', 'label'].includes(key);

export async function removeRole(name: string, options: RemoteOptions): Promise<ExitCode> {
  return tell(options, await connect(options).client.roles.remove(name), `Role ${name} is gone.`);
}

export async function listBindings(options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.roleBindings.list();
  const rows = answer.items.map((one) => [one.account ?? '', one.group ?? '', bindingText(one)]);
  return tell(options, answer, formatTable(['ACCOUNT', 'GROUP', 'ROLE'], rows));
}

export async function bindRole(verb: 'bind' | 'unbind', role: string, options: BindOptions): Promise<ExitCode> {
  const { user, serviceAccount, group, workspace, name, folder, label, own } = options;
  const accounts = [user, serviceAccount].filter((one) => one !== undefined);
  if (accounts.length + (group === undefined ? 0 : 1) !== 1) {
    throw new MillraceError(
      'invalid_request',
      'Who is meant? One of --user, --service-account and --group is needed.',
      {
        hint: `For example: millrace role ${verb} ${role} --user ada`,
      },
    );
  }
  const [account] = accounts;
  const where = {
    ...(workspace === undefined ? {} : { workspace }),
    ...(name === undefined ? {} : { name }),
    ...(folder === undefined ? {} : { folder }),
    ...(label === undefined ? {} : { label }),
    ...(own === true ? { own } : {}),
  } as const;
  const binding = {
    ...(account === undefined ? {} : { account }),
    ...(group === undefined ? {} : { group }),
    role,
    where,
  };
  const { roleBindings } = connect(options).client;
  const answer = verb === 'bind' ? await roleBindings.bind(binding) : await roleBindings.unbind(binding);
  const done = verb === 'bind' ? 'has the role' : 'has no more the role';
  return tell(options, answer, `${account ?? group} ${done} ${bindingText({ role, where })}.`);
}

export async function listGroups(options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.groups.list();
  const rows = answer.items.map(({ name, members, description }) => [name, members.join(', '), printable(description)]);
  return tell(options, answer, formatTable(['GROUP', 'MEMBERS', 'DESCRIPTION'], rows));
}

export async function addGroup(
  name: string,
  options: RemoteOptions & Readonly<{ description: string }>,
): Promise<ExitCode> {
  const group = await connect(options).client.groups.put(name, { description: options.description });
  return tell(options, group, groupText(group));
}

export async function removeGroup(name: string, options: RemoteOptions): Promise<ExitCode> {
  return tell(options, await connect(options).client.groups.remove(name), `Group ${name} is gone.`);
}

export async function changeMember(
  verb: 'add-member' | 'remove-member',
  name: string,
  account: string,
  options: RemoteOptions,
): Promise<ExitCode> {
  const { groups } = connect(options).client;
  const group =
    verb === 'add-member' ? await groups.addMember(name, account) : await groups.removeMember(name, account);
  return tell(options, group, groupText(group));
}

const groupText = ({ name, members }: Group): string =>
  `Group ${name}: ${members.length === 0 ? 'nobody' : members.join(', ')}.`;

function tell(options: RemoteOptions, answer: object, text: string): ExitCode {
  process.stdout.write(`${options.json === true ? JSON.stringify(answer) : text}\n`);
  return exitCodes.ok;
}
