import type { JoinToken } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Mark } from '../../components/mark.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Bounds } from './bounds-cell.tsx';
import { joinTokensQuery, useJoiningChange } from './queries.ts';

/** Tokens with which workers join, without the tokens themselves, which nobody is shown again. */
export function JoinTokens() {
  const query = useQuery(joinTokensQuery);
  const [revoked, setRevoked] = useState<JoinToken | null>(null);
  const revoke = useJoiningChange(({ id }: JoinToken) => api.joinTokens.revoke(id), {
    failure: 'The join token was not revoked',
    done: ({ name }) => `Nobody joins with ${name} any more`,
    onDone: () => setRevoked(null),
  });
  return (
    <Section title="Join tokens">
      <QueryView query={query} what="join tokens" skeletonRows={2}>
        {(tokens) =>
          tokens.length === 0 ? (
            <p className="p-4 text-soft text-sm">There is none: no worker can join now.</p>
          ) : (
            <Table label="Join tokens" rows={tokens} columns={columns(setRevoked)} rowId={({ id }) => id} />
          )
        }
      </QueryView>
      {revoked === null ? null : (
        <ConfirmDialog
          title={`Revoke the join token ${revoked.name}?`}
          description="No worker joins with it any more. Those that have joined stay; each of them can be revoked."
          action="Revoke it"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoked)}
          onClose={() => setRevoked(null)}
        />
      )}
    </Section>
  );
}

const columns = (revoke: (token: JoinToken) => void): readonly Column<JoinToken>[] => [
  {
    id: 'name',
    header: 'Token',
    cell: ({ name, id, state }) => (
      <span className="inline-flex items-center gap-2 align-middle">
        <span className="font-medium">{name}</span>
        <code className="font-mono text-faint text-xs max-sm:hidden">mrj_{id}…</code>
        {state === 'good' ? null : <Mark tone="bad">{state === 'expired' ? 'expired' : 'used up'}</Mark>}
      </span>
    ),
  },
  { id: 'bounds', header: 'May serve', width: '16rem', from: 'md', cell: ({ bounds }) => <Bounds bounds={bounds} /> },
  { id: 'by', header: 'Made by', width: '7rem', from: 'lg', cell: ({ created_by: by }) => by },
  {
    id: 'uses',
    header: 'Let in',
    width: '7rem',
    cell: ({ uses, most_uses: most }) => (most === null ? `${uses} of any number` : `${uses} of ${most}`),
  },
  {
    id: 'until',
    header: 'Expires',
    width: '7rem',
    from: 'sm',
    cell: ({ until }) => (until === null ? <span className="text-faint">never</span> : <RelativeTime at={until} />),
  },
  {
    id: 'do',
    header: <span className="sr-only">Revoke</span>,
    width: '4rem',
    align: 'right',
    cell: (token) => (
      <IconButton label={`Revoke join token ${token.name}`} className="align-middle" onClick={() => revoke(token)}>
        <Trash2 />
      </IconButton>
    ),
  },
];
