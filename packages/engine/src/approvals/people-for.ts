import type { OpenApproval } from './open-approval.ts';

/**
 * Names of as many people as an open approval still needs: of those who may answer and have not. Where everybody may, or
 * whoever is in a group or has a role, names are made up from `self`. Fewer than needed when too few may answer.
 */
export function peopleFor(approval: Pick<OpenApproval, 'approvers' | 'answers' | 'quorum'>, self: string): string[] {
  const { approvers, answers, quorum } = approval;
  const needed = quorum - answers.length;
  const { users, groups, roles } = approvers ?? {};
  const others = users === undefined || groups !== undefined || roles !== undefined ? quorum : 0;
  const madeUp = Array.from({ length: others }, (_, at) => (at === 0 ? self : `${self}-${at + 1}`));
  const named = [...new Set([...(users ?? []), ...madeUp])];
  const answered = new Set(answers.map(({ by }) => by));
  return named.filter((name) => !answered.has(name)).slice(0, needed);
}
