import type { Column } from '../../components/table.tsx';
import { rolesText } from './where-text.ts';

type Holder = Readonly<{ groups: readonly string[]; roles: Parameters<typeof rolesText>[0] }>;

/** What an account has, of whichever kind it is: the columns of its groups and roles. */
export const heldColumns: readonly Column<Holder>[] = [
  { id: 'groups', header: 'Groups', width: '12rem', from: 'md', cell: ({ groups }) => groups.join(', ') },
  {
    id: 'roles',
    header: 'Roles',
    width: '16rem',
    from: 'sm',
    cell: ({ roles }) =>
      roles.length === 0 ? <span className="text-faint">none: may do nothing</span> : rolesText(roles),
  },
];
