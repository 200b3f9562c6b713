// Whether one may do all that another may: what must hold of whoever gives rights away, or lends a hand to an account.
//
// The answer errs on one side only. `true` is certain: there is no object that the inner one reaches and the outer one does
// not. `false` may also mean that it cannot be seen from single rules: that somebody has a role in two places, say, and gives
// it in all that there are.
import { isInFolder } from './folder.ts';
import { type Grant, matchesPattern, type Selector } from './grant.ts';
import { type Permission, permissions } from './permission.ts';
import { type Authority, type Condition, type Layer, type Reach, type Rule, reachOf } from './reach.ts';

/** The first permission in which `inner` may do something that `outer` may not; null: there is none. */
export function firstBeyond(outer: Authority, inner: Authority): Permission | null {
  return (
    permissions.find((permission) => !includesReach(reachOf(outer, permission), reachOf(inner, permission))) ?? null
  );
}

/** The first permission that the grants speak of and `outer` has not wherever they do, whether they allow or deny it. */
export function firstNotHeld(
  outer: Authority,
  grants: readonly Grant[],
  where: Selector,
  owner: string,
): Permission | null {
  const held = grants.map((grant): Grant => ({ ...grant, effect: 'allow' }));
  const role = { name: '', description: '', grants: held };
  return firstBeyond(outer, { actor: owner, roles: [{ role, where }], scopes: null });
}

/** Whether the scopes of one key leave nothing that those of the other take away. */
export function includesScopes(outer: readonly Grant[] | null, inner: readonly Grant[] | null): boolean {
  if (outer === null) return true;
  if (inner === null) return false;
  const all: Grant = { effect: 'allow', permission: '*', where: {} };
  const scoped = (scopes: readonly Grant[]): Authority => ({
    // Whoever it is: `own` means the same account in both.
    actor: '',
    roles: [{ role: { name: '', description: '', grants: [all] }, where: {} }],
    scopes,
  });
  return firstBeyond(scoped(outer), scoped(inner)) === null;
}

/** Everything in `inner` is in each of its layers, so one of them that lies within a layer of `outer` is enough. */
const includesReach = (outer: Reach, inner: Reach): boolean =>
  outer.every((layer) => (inner.length === 0 ? [everything] : inner).some((one) => includesLayer(layer, one)));

const everything: Layer = { allow: [[]], deny: [] };

function includesLayer(outer: Layer, inner: Layer): boolean {
  return inner.allow.every(
    (rule) =>
      outer.allow.some((wider) => includesRule(wider, rule)) &&
      outer.deny.every(
        (denied) => areApart(rule, denied) || inner.deny.some((alsoDenied) => includesRule(alsoDenied, denied)),
      ),
  );
}

/** Each condition of the wider rule follows from one of the narrower. */
const includesRule = (wider: Rule, narrower: Rule): boolean =>
  wider.every((condition) =>
    fieldsOf(condition).every((field) => narrower.some((one) => follows(one, condition, field))),
  );

type Field = keyof Condition;
const fieldsOf = (condition: Condition): readonly Field[] => Object.keys(condition) as Field[];

function follows(narrower: Condition, wider: Condition, field: Field): boolean {
  const inner = narrower[field];
  const outer = wider[field];
  if (inner === undefined || outer === undefined) return outer === undefined;
  if (field === 'folder') return isInFolder(outer, inner);
  return field === 'workspace' || field === 'name' ? includesPattern(outer, inner) : outer === inner;
}

/** Whether every text that `narrower` matches is matched by `wider` as well: a star may stand for what is in no pattern. */
const includesPattern = (wider: string, narrower: string): boolean =>
  matchesPattern(wider, narrower.replaceAll('*', '\u0000'));

/** Whether no object at all matches both rules. Labels never keep them apart: a run may have several. */
const areApart = (one: Rule, other: Rule): boolean =>
  one.some((first) => other.some((second) => conditionsApart(first, second)));

function conditionsApart(one: Condition, other: Condition): boolean {
  if (one.owner !== undefined && other.owner !== undefined && one.owner !== other.owner) return true;
  if (one.folder !== undefined && other.folder !== undefined && foldersApart(one.folder, other.folder)) return true;
  return (['workspace', 'name'] as const).some((field) => {
    const [first, second] = [one[field], other[field]];
    return first !== undefined && second !== undefined && patternsApart(first, second);
  });
}

const foldersApart = (one: string, other: string): boolean => !isInFolder(one, other) && !isInFolder(other, one);

/** What stands before the first star, or after the last, cannot be both. */
function patternsApart(one: string, other: string): boolean {
  if (!one.includes('*')) return !matchesPattern(other, one);
  if (!other.includes('*')) return !matchesPattern(one, other);
  const [head, otherHead] = [one, other].map((pattern) => pattern.slice(0, pattern.indexOf('*'))) as [string, string];
  const [tail, otherTail] = [one, other].map((pattern) => pattern.slice(pattern.lastIndexOf('*') + 1)) as [
    string,
    string,
  ];
  return (
    !(head.startsWith(otherHead) || otherHead.startsWith(head)) ||
    !(tail.endsWith(otherTail) || otherTail.endsWith(tail))
  );
}
