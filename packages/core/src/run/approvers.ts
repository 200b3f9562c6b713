// Who may answer an approval.
//
//   who started the run, where duties are separated ─▶ may not
//   who has handed his vote over                    ─▶ may not any more
//   to whom a vote was handed over                  ─▶ may, in the place of the other
//   who is named, or is in a group, or has a role   ─▶ may; where nothing is named: everybody
//
// A vote that is handed over takes with it all that were handed to the same person before: nobody votes twice, and the quorum
// counts people. The one who started the run gets none.
import type { Approvers } from '../definitions/action.ts';
import { isPlace, type PermissionObject, type Selector } from '../permissions/grant.ts';
import type { ApprovalDetail } from './approval.ts';
import type { Instant } from './records.ts';

/** Somebody handed his vote over. */
export type Delegation = Readonly<{ from: string; to: string; comment: string | null; at: Instant }>;

/** Somebody as one approval looks at him. `all`: nobody asks in which groups he is, or which roles he has. */
export type Standing = Readonly<{
  name: string;
  groups: readonly string[] | 'all';
  roles: readonly string[] | 'all';
  /** A program: it answers only what names it in person. */
  service?: true;
}>;

/** The same, for approvals of whatever runs: a role counts where somebody has it. */
export type Approver = Omit<Standing, 'roles'> &
  Readonly<{ roles: readonly Readonly<{ role: string; where: Selector }>[] | 'all' }>;

export function standingAt({ roles, ...approver }: Approver, run: PermissionObject): Standing {
  if (roles === 'all') return { ...approver, roles };
  const here = roles.filter(({ where }) => isPlace(where, approver.name, run)).map(({ role }) => role);
  return { ...approver, roles: here };
}

/** Of whom nothing is known but the name. */
export const nameOnly = (name: string): Standing => ({ name, groups: [], roles: [] });

type Open = Pick<ApprovalDetail, 'approvers' | 'starter' | 'delegations'>;

/** Whose votes are where after all that was handed over. */
export function votesOf({ delegations = [] }: Pick<Open, 'delegations'>): Readonly<{
  /** To whom somebody who may not answer any more handed over. */
  given: ReadonlyMap<string, string>;
  /** Who holds whose. */
  held: ReadonlyMap<string, readonly string[]>;
}> {
  const given = new Map<string, string>();
  const held = new Map<string, readonly string[]>();
  for (const { from, to } of delegations) {
    const votes = [from, ...(held.get(from) ?? [])];
    held.delete(from);
    given.set(from, to);
    given.delete(to);
    // His own, when it comes back, is no other's.
    held.set(
      to,
      [...new Set([...(held.get(to) ?? []), ...votes])].filter((name) => name !== to),
    );
  }
  return { given, held };
}

/** Why somebody may not answer, as a sentence; null: he may. */
export function whyNotAnswer(open: Open, who: Standing): string | null {
  const { name } = who;
  if (open.starter === name) return `${name} may not answer this approval, having started the run.`;
  const { given, held } = votesOf(open);
  const to = given.get(name);
  if (to !== undefined) return `${name} may not answer this approval any more: the vote was handed over to ${to}.`;
  if (held.has(name) || isNamed(open.approvers, who)) return null;
  return `${name} may not answer this approval; ${approverWords(open.approvers).join(', ')} may.`;
}

export const mayAnswer = (open: Open, who: Standing): boolean => whyNotAnswer(open, who) === null;

function isNamed(approvers: Approvers | null, { name, groups, roles, service }: Standing): boolean {
  const { users, groups: named, roles: wanted } = approvers ?? {};
  if (users?.includes(name) === true) return true;
  if (service === true) return false;
  if (users === undefined && named === undefined && wanted === undefined) return true;
  return sharesOne(named, groups) || sharesOne(wanted, roles);
}

const sharesOne = (named: readonly string[] | undefined, own: readonly string[] | 'all'): boolean =>
  named?.some((one) => own === 'all' || own.includes(one)) === true;

/** `ada`, `bob`, `members of ops`, `whoever has the role release`; one word where that is everybody or nobody. */
export function approverWords(approvers: Approvers | null): readonly string[] {
  const { users = [], groups = [], roles = [] } = approvers ?? {};
  const all = [
    ...users,
    ...groups.map((group) => `members of ${group}`),
    ...roles.map((role) => `whoever has the role ${role}`),
  ];
  if (all.length > 0) return all;
  return [approvers === null || Object.keys(approvers).length === 0 ? 'everybody' : 'nobody'];
}

/** Why somebody who may answer cannot hand his vote over to `to`, as a sentence; null: he can. */
export function whyNotDelegate(detail: ApprovalDetail, from: string, to: string): string | null {
  if (to === from) return `${to} has the vote already.`;
  if (to === detail.starter) return `${to} may not answer this approval, having started the run.`;
  const answered = detail.answers.find(({ by }) => by === from || by === to);
  if (answered !== undefined) return `${answered.by} has answered already, and counts once.`;
  const voters = votersAfter(detail, { from, to, comment: null, at: 0 });
  if (voters === null || voters >= detail.quorum) return null;
  return `${detail.quorum} people must approve, and only ${voters} could then.`;
}

/** How many could answer; null: that cannot be known from names. */
function votersAfter(detail: ApprovalDetail, next: Delegation): number | null {
  const { users, groups, roles } = detail.approvers ?? {};
  if (users === undefined || groups !== undefined || roles !== undefined) return null;
  const delegations = [...(detail.delegations ?? []), next];
  const { held } = votesOf({ delegations });
  const able = [...new Set([...users, ...held.keys()])].map(nameOnly);
  return able.filter((one) => mayAnswer({ ...detail, delegations }, one)).length;
}

/** Both together. Where everybody may answer, everybody still does. */
export function joined(first: Approvers, more: Approvers): Approvers {
  if (Object.keys(first).length === 0) return first;
  const union: { -readonly [Key in keyof Approvers]: Approvers[Key] } = {};
  for (const key of ['users', 'groups', 'roles'] as const) {
    const names = [...(first[key] ?? []), ...(more[key] ?? [])];
    if (first[key] !== undefined || more[key] !== undefined) union[key] = [...new Set(names)];
  }
  return union;
}
