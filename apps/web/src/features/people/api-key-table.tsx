import type { ApiKey } from '@millrace/api';
import { Trash2 } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { whereText } from './where-text.ts';

/** API keys without the keys themselves, which nobody is shown again. `needs`: to revoke one. */
export const ApiKeyTable = ({
  keys,
  withAccount,
  needs,
  onRevoke,
}: {
  keys: readonly ApiKey[];
  withAccount: boolean;
  needs?: string;
  onRevoke: (key: ApiKey) => void;
}) => <Table label="API keys" rows={keys} columns={columns(withAccount, needs, onRevoke)} rowId={({ id }) => id} />;

const columns = (
  withAccount: boolean,
  needs: string | undefined,
  revoke: (key: ApiKey) => void,
): readonly Column<ApiKey>[] => [
  {
    id: 'name',
    header: 'Key',
    cell: ({ name, id, expired }) => (
      <span className="inline-flex items-center gap-2 align-middle">
        <span className="font-medium">{name}</span>
        <code className="font-mono text-faint text-xs">mrk_{id}…</code>
        {expired ? <Mark tone="bad">expired</Mark> : null}
      </span>
    ),
  },
  ...(withAccount
    ? [{ id: 'account', header: 'Of', width: '10rem', from: 'sm', cell: ({ account }: ApiKey) => account } as const]
    : []),
  {
    id: 'scopes',
    header: 'May',
    width: '14rem',
    from: 'md',
    cell: ({ scopes }) =>
      scopes === null ? (
        <span className="text-faint">all that the account may</span>
      ) : (
        scopes
          .map(({ effect, permission, where }) =>
            [effect === 'deny' ? 'not' : '', permission, whereText(where)].filter(Boolean).join(' '),
          )
          .join(', ')
      ),
  },
  {
    id: 'until',
    header: 'Expires',
    width: '7rem',
    from: 'sm',
    cell: ({ until }) => (until === null ? <span className="text-faint">never</span> : <RelativeTime at={until} />),
  },
  {
    id: 'used',
    header: 'Used',
    width: '7rem',
    cell: ({ used_at }) =>
      used_at === null ? <span className="text-faint">never</span> : <RelativeTime at={used_at} />,
  },
  {
    id: 'do',
    header: <span className="sr-only">Revoke</span>,
    width: '4rem',
    align: 'right',
    cell: (key) => (
      <IconButton label={`Revoke ${key.name}`} needs={needs} className="align-middle" onClick={() => revoke(key)}>
        <Trash2 />
      </IconButton>
    ),
  },
];
