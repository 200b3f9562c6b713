import type { RoleBinding } from '@millrace/api';

type Where = RoleBinding['where'];

/** Where a role or grant counts, in few words; empty: everywhere. */
export const whereText = ({ workspace, name, label, own }: Where): string =>
  [
    workspace === undefined ? null : `in ${workspace}`,
    name === undefined ? null : `of ${name}`,
    label === undefined ? null : `with the tag ${label}`,
    own === true ? 'own runs' : null,
  ]
    .filter((part) => part !== null)
    .join(', ');

/** `viewer, operator in prod, admin by ops`. */
export const rolesText = (roles: readonly RoleBinding[]): string =>
  roles
    .map(({ role, where, group }) =>
      [role, whereText(where), group === null ? '' : `by ${group}`].filter(Boolean).join(' '),
    )
    .join('; ');
