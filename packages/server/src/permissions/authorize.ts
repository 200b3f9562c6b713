// May he? Asked once for each request, when its parts are parsed and before its handler runs.
//
//   reach of the permission ─ everything ──────────────────────────────────▶ yes, and nothing is looked up
//                           ├ nothing ─────────────────────────────────────▶ 403, whatever there is
//                           └ something ─ a list ──────────────────────────▶ yes: the handler tells what is within
//                                       └ an object ─ within ──────────────▶ yes
//                                                   ├ he may know of it ───▶ 403, with the permission that he lacks
//                                                   └ he may not ──────────▶ 404, the same as if it were not there
//   an attempt has no permissions ─────────────────────────────────────────▶ attempt-operations.ts
import { type OperationId, type Route, routes } from '@millrace/api';
import {
  type Authority,
  isEmptyReach,
  isUnlimitedReach,
  isWithinReach,
  MillraceError,
  namedObject,
  type Permission,
  type PermissionObject,
  permissions,
  type Reach,
  reachesWorkspace,
  reachOf,
} from '@millrace/core';
import type { Actor } from '@millrace/engine';
import type { ServerContext } from '../server-context.ts';
import type { Asked } from './asked.ts';
import { authorizeAttempt } from './attempt-operations.ts';
import { operationObjects } from './operation-objects.ts';
import { forbidden, hintOfMissing } from './refusals.ts';

type Context = Pick<ServerContext, 'engine' | 'runObjects'>;
type AnyParts = Readonly<{ params: unknown; query: unknown; body: unknown }>;

/** The reach of the permission that an operation needs. Throws `forbidden`, or what says that there is no such object. */
export async function authorize(
  { engine, runObjects }: Context,
  actor: Actor,
  operationId: OperationId,
  parts: AnyParts,
): Promise<Reach> {
  if (actor.attempt !== null) return authorizeAttempt(actor, actor.attempt, operationId, parts);
  const { needs }: Route = routes[operationId];
  if (needs === undefined || needs === null) return [];
  const reach = reachOf(actor.authority, needs);
  if (isUnlimitedReach(reach)) return reach;
  if (isEmptyReach(reach)) throw await forbidden(engine, actor, needs, null);
  const asked = (operationObjects as Readonly<Record<string, Asked<AnyParts>>>)[operationId];
  if (asked === undefined) throw new Error(`Nothing says what ${operationId} does its thing to.`);
  const refusal = await refusalOf({ engine, runObjects }, actor, needs, reach, asked, parts);
  if (refusal !== null) throw refusal;
  return reach;
}

async function refusalOf(
  { engine, runObjects }: Context,
  actor: Actor,
  needs: Permission,
  reach: Reach,
  asked: Asked<AnyParts>,
  parts: AnyParts,
): Promise<MillraceError | null> {
  const mayRead = (permission: Permission, object: PermissionObject): boolean =>
    isWithinReach(reachOf(actor.authority, permission), object);
  const seesWorkspace = (name: string | null): boolean =>
    name !== null && mayRead('workspace:read', namedObject(name, name));
  switch (asked.kind) {
    case 'server': {
      const object = namedObject(null, null);
      return isWithinReach(reach, object) ? null : forbidden(engine, actor, needs, object);
    }
    case 'list': {
      const name = asked.workspace === null ? null : asked.workspace(parts);
      if (name === null || reachesWorkspace(reach, name)) return null;
      if (seesWorkspace(name)) return forbidden(engine, actor, needs, namedObject(name, null));
      return missing({ code: 'workspace_not_found', message: `There is no workspace "${name}".` });
    }
    case 'named': {
      const placed = asked.folder !== undefined && speaksOfFolders(actor.authority);
      const folder = placed ? ((await asked.folder?.(engine, parts)) ?? null) : null;
      const object = { ...asked.object(parts), folder };
      if (isWithinReach(reach, object)) return null;
      // He names it himself, and is told nothing that depends on whether it is there.
      const knows = seesWorkspace(object.workspace) || mayRead(readingOf(needs), object);
      return knows || asked.missing === null ? forbidden(engine, actor, needs, object) : missing(asked.missing(parts));
    }
    case 'found': {
      const object = await asked.find(engine, parts, runObjects);
      if (object === null) return missing(asked.missing(parts));
      if (isWithinReach(reach, object)) return null;
      return mayRead(readingOf(needs), object)
        ? forbidden(engine, actor, needs, object)
        : missing(asked.missing(parts));
    }
  }
}

/** Whether it matters to somebody in which folder something is. */
const speaksOfFolders = ({ roles, scopes }: Authority): boolean =>
  [...roles.flatMap(({ role, where }) => [{ where }, ...role.grants]), ...(scopes ?? [])].some(
    ({ where }) => where.folder !== undefined,
  );

const missing = ({ code, message }: Readonly<{ code: MillraceError['code']; message: string }>): MillraceError =>
  new MillraceError(code, message, { hint: hintOfMissing });

/** The permission by which one knows of an object at all. */
function readingOf(permission: Permission): Permission {
  const [noun] = permission.split(':');
  return permissions.find((one) => one === `${noun}:read`) ?? permission;
}
