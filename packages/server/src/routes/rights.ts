import { isWithinReach, MillraceError, namedObject, type Permission, reachOf, type Selector } from '@millrace/core';
import type { Actor, Binding } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentBinding, presentGroup, presentRole } from '../present/present-people.ts';
import type { ServerContext } from '../server-context.ts';

/** Groups, roles, and who has which. */
export function addRightsRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { rights } = engine.people.manage;

  mountRoute(app, 'listGroups', async ({ actor }) => ({
    items: within(actor, 'role:read', await rights.groups(), ({ name }) => name).map(presentGroup),
  }));

  mountRoute(app, 'getGroup', async ({ params }) => presentGroup(await rights.group(params.group)));

  mountRoute(app, 'putGroup', async ({ params, body, actor }) =>
    presentGroup(await rights.putGroup(actor, { name: params.group, description: body.description })),
  );

  mountRoute(app, 'removeGroup', async ({ params, actor }) => {
    await rights.removeGroup(actor, params.group);
    return { removed: true as const };
  });

  mountRoute(app, 'addMember', async ({ params, actor }) =>
    presentGroup(await rights.addMember(actor, params.group, params.account)),
  );

  mountRoute(app, 'removeMember', async ({ params, actor }) =>
    presentGroup(await rights.removeMember(actor, params.group, params.account)),
  );

  mountRoute(app, 'listRoles', async ({ actor }) => ({
    items: within(actor, 'role:read', await rights.roles(), ({ name }) => name).map(presentRole),
  }));

  mountRoute(app, 'getRole', async ({ params }) => presentRole(await rights.role(params.role)));

  mountRoute(app, 'putRole', async ({ params, body, actor }) => {
    const grants = body.grants.map((grant) => ({ ...grant, where: selectorOf(grant.where) }));
    return presentRole(await rights.putRole(actor, { name: params.role, description: body.description, grants }));
  });

  mountRoute(app, 'removeRole', async ({ params, actor }) => {
    await rights.removeRole(actor, params.role);
    return { removed: true as const };
  });

  mountRoute(app, 'listRoleBindings', async ({ query: { account, group, role }, actor }) => {
    const isAsked = ({ subject, role: named }: Binding): boolean =>
      (account === undefined || (subject.kind === 'account' && subject.name === account)) &&
      (group === undefined || (subject.kind === 'group' && subject.name === group)) &&
      (role === undefined || named === role);
    const asked = (await rights.bindings()).filter(isAsked);
    return { items: within(actor, 'role:read', asked, ({ role: named }) => named).map(presentBinding) };
  });

  mountRoute(app, 'bindRole', async ({ body, actor }) => {
    const binding = bindingOf(body);
    await rights.bind(actor, binding);
    return presentBinding(binding);
  });

  mountRoute(app, 'unbindRole', async ({ body, actor }) => {
    await rights.unbind(actor, bindingOf(body));
    return { removed: true as const };
  });
}

function within<Item>(
  { authority }: Actor,
  permission: Permission,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly Item[] {
  const reach = reachOf(authority, permission);
  return items.filter((item) => isWithinReach(reach, namedObject(null, nameOf(item))));
}

type GivenSelector = Readonly<{ [Key in keyof Selector]: Selector[Key] | undefined }>;

/** Without what was left out. A key that was lost here would make a right wider than it was given, so none may be left over. */
export function selectorOf({ workspace, name, folder, label, own, ...rest }: GivenSelector): Selector {
  rest satisfies { [Key in keyof typeof rest]: never };
  return {
    ...(workspace === undefined ? {} : { workspace }),
    ...(name === undefined ? {} : { name }),
    ...(folder === undefined ? {} : { folder }),
    ...(label === undefined ? {} : { label }),
    ...(own === undefined ? {} : { own }),
  };
}

type GivenBinding = Readonly<{
  account?: string | undefined;
  group?: string | undefined;
  role: string;
  where: GivenSelector;
}>;

function bindingOf({ account, group, role, where }: GivenBinding): Binding {
  const name = account ?? group;
  if (name === undefined) {
    // The contract has refused it before.
    throw new MillraceError('invalid_request', 'A role is given to an account or to a group.', {
      hint: 'Name one of both.',
    });
  }
  return { subject: { kind: account === undefined ? 'group' : 'account', name }, role, where: selectorOf(where) };
}
