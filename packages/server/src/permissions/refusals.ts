import {
  isEmptyReach,
  isWithinReach,
  MillraceError,
  type Permission,
  type PermissionObject,
  permissions,
  reachOf,
} from '@millrace/core';
import type { Actor, Engine } from '@millrace/engine';

/** As many administrators as are named to somebody who was refused. */
const namedAdministrators = 5;

/** Refuses what somebody may not, naming the permission that he lacks and who can give it to him. `object` null: anywhere. */
export async function forbidden(
  engine: Engine,
  actor: Actor,
  permission: Permission,
  object: PermissionObject | null,
): Promise<MillraceError> {
  const { name, authority } = actor;
  const place = object === null ? '' : placeOf(object);
  const byScopes = authority.scopes !== null && mayWithoutScopes(actor, permission, object);
  const message = byScopes
    ? `The scopes of this API key of ${name} leave out ${permission}${place}.`
    : `${name} lacks the permission ${permission}${place}.`;
  const details = { permission, workspace: object?.workspace ?? null, name: object?.name ?? null };
  if (byScopes) return new MillraceError('forbidden', message, { hint: 'Make an API key with this scope.', details });
  const all = await engine.people.administrators();
  const more = all.length > namedAdministrators ? ', …' : '';
  const hint =
    all.length === 0
      ? 'Whoever holds the API token of the server can give a role that has it.'
      : `Ask an administrator for a role that has it: ${all.slice(0, namedAdministrators).join(', ')}${more}.`;
  return new MillraceError('forbidden', message, { hint, details });
}

function mayWithoutScopes({ authority }: Actor, permission: Permission, object: PermissionObject | null): boolean {
  const reach = reachOf({ ...authority, scopes: null }, permission);
  return object === null ? !isEmptyReach(reach) : isWithinReach(reach, object);
}

function placeOf({ workspace, name }: PermissionObject): string {
  if (workspace === null) return name === null ? ' for the whole server' : ` for ${name}`;
  return name === null || name === workspace ? ` in workspace ${workspace}` : ` for ${name} in workspace ${workspace}`;
}

/** What most hints of errors tell by name. */
const told: readonly Permission[] = permissions.filter((permission) =>
  ['workspace', 'workflow', 'schedule', 'webhook', 'run', 'log', 'approval', 'event'].some(
    (noun) => permission === `${noun}:read`,
  ),
);

/** Whether an actor may read whatever a message could name. */
const readsEverything = ({ authority }: Actor): boolean =>
  told.every((permission) => reachOf(authority, permission).length === 0);

/**
 * Something is not there, as somebody may know it who does not see everything: without the names of what is there instead,
 * which those who do are told.
 */
export function withoutNames(error: unknown, actor: Actor | null): unknown {
  if (!(error instanceof MillraceError) || error.status !== 404 || actor === null || readsEverything(actor))
    return error;
  return new MillraceError(error.code, error.message, { hint: hintOfMissing, cause: error });
}

export const hintOfMissing = 'It is not there, or not yours to see.';
