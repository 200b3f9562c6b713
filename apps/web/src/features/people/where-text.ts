import type { RoleBinding } from '@millrace/api';

type Where = RoleBinding['where'];

/** Where a role or grant counts, in few words; empty: everywhere. */
export function whereText({ workspace, folder, name, label, own, ...rest }: Where): string {
  // What is not shown would look as if it counted everywhere.
  rest satisfies { [Key in keyof typeof rest]: never };
  return [
    workspace === undefined ? null : `in ${workspace}`,
    folder === undefined ? null : `in the folder ${folder}`,
    name === undefined ? null : `of ${name}`,
    label === undefined ? null : `with the tag ${label}`,
    own === true ? 'own runs' : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** `viewer, operator in prod, admin by ops`. */
export const rolesText = (roles: readonly RoleBinding[]): string =>
  roles
    .map(({ role, where, group }) =>
      [role, whereText(where), group === null ? '' : `by ${group}`].filter(Boolean).join(' '),
    )
    .join('; ');
