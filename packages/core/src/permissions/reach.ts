// What somebody may do a thing to: the answer that both a single request and a list are judged by. It is made once from
// roles and bindings, holds no names of roles any more, and is plain data: the evaluator below asks it about one object, a
// store makes a condition of its language from it, and a test holds both against each other.
//
//   reach ─ layer ─ allow: rules  ┐ an object is reached when in each layer one allow rule matches and no deny rule does;
//         │         deny:  rules  ┘ a rule matches when all of its conditions do; a rule without conditions always does
//         └ layer (of an API key: what its scopes leave of what its owner may do)
import { isInFolder } from './folder.ts';
import { type Grant, matchesPattern, type PermissionObject, type Selector } from './grant.ts';
import { meansPermission, type Permission } from './permission.ts';
import type { BoundRole } from './roles.ts';

/** A selector in which nobody stands for himself any more. */
export type Condition = Readonly<{
  workspace?: string;
  name?: string;
  folder?: string;
  label?: string;
  owner?: string;
}>;
export type Rule = readonly Condition[];
export type Layer = Readonly<{ allow: readonly Rule[]; deny: readonly Rule[] }>;
export type Reach = readonly Layer[];

/** What somebody has: roles; and of an API key the scopes, which take away and never add. */
export type Authority = Readonly<{
  /** Whom `own` means. */
  actor: string;
  roles: readonly BoundRole[];
  /** null: nothing is taken away. */
  scopes: readonly Grant[] | null;
}>;

/** Everything there is. */
export const unlimitedReach: Reach = [];

export function reachOf(authority: Authority, permission: Permission): Reach {
  const { actor, roles, scopes } = authority;
  const bound = roles.flatMap(({ role, where }) =>
    role.grants.map((grant) => ({ grant, wheres: [where, grant.where] })),
  );
  const layers = [layerOf(bound, actor, permission)];
  if (scopes !== null) {
    const own = scopes.map((grant) => ({ grant, wheres: [grant.where] }));
    layers.push(layerOf(own, actor, permission));
  }
  return layers.every(isOpen) ? unlimitedReach : layers;
}

type PlacedGrant = Readonly<{ grant: Grant; wheres: readonly Selector[] }>;

function layerOf(grants: readonly PlacedGrant[], actor: string, permission: Permission): Layer {
  const meant = grants.filter(({ grant }) => meansPermission(grant.permission, permission));
  const rules = (effect: Grant['effect']): readonly Rule[] =>
    meant.filter(({ grant }) => grant.effect === effect).map(({ wheres }) => ruleOf(wheres, actor));
  const allow = rules('allow');
  const deny = rules('deny');
  if (deny.some(isAlways)) return { allow: [], deny: [] };
  return { allow: allow.some(isAlways) ? [[]] : allow, deny };
}

function ruleOf(wheres: readonly Selector[], actor: string): Rule {
  return wheres
    .map(({ own, ...rest }): Condition => (own === true ? { ...rest, owner: actor } : rest))
    .filter((condition) => Object.keys(condition).length > 0);
}

const isAlways = (rule: Rule): boolean => rule.length === 0;
const isOpen = ({ allow, deny }: Layer): boolean => deny.length === 0 && allow.some(isAlways);

/** Whether no object at all is reached, whatever it is. A reach that is not empty may still find none. */
export const isEmptyReach = (reach: Reach): boolean => reach.some(({ allow }) => allow.length === 0);

/** Whether every object is reached. */
export const isUnlimitedReach = (reach: Reach): boolean => reach.every(isOpen);

export function isWithinReach(reach: Reach, object: PermissionObject): boolean {
  const matches = (rule: Rule): boolean => rule.every((condition) => matchesCondition(condition, object));
  return reach.every(({ allow, deny }) => allow.some(matches) && !deny.some(matches));
}

function matchesCondition(condition: Condition, object: PermissionObject): boolean {
  const { workspace, name, folder, labels, owner } = object;
  if (condition.workspace !== undefined && (workspace === null || !matchesPattern(condition.workspace, workspace)))
    return false;
  if (condition.name !== undefined && (name === null || !matchesPattern(condition.name, name))) return false;
  if (condition.folder !== undefined && !isInFolder(condition.folder, folder)) return false;
  if (condition.label !== undefined && !labels.includes(condition.label)) return false;
  return condition.owner === undefined || condition.owner === owner;
}

/** Whether somebody may do this to that. */
export const isAllowed = (authority: Authority, permission: Permission, object: PermissionObject): boolean =>
  isWithinReach(reachOf(authority, permission), object);
