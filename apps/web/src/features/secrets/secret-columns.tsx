import type { Secret } from '@millrace/api';
import { Pencil, Trash2 } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import type { Column } from '../../components/table.tsx';
import type { Asked } from './page.tsx';

const places: Readonly<Record<NonNullable<Secret['from']>, string>> = {
  environment: 'environment',
  file: 'secrets file',
  folder: 'folder',
  sops: 'SOPS file',
  vault: 'Vault',
  kubernetes: 'Kubernetes',
  aws: 'AWS',
  gcp: 'Google Cloud',
  azure: 'Azure',
  store: 'stored here',
  unreadable: 'unreadable',
  unavailable: 'unavailable',
};

export const secretColumns = (ask: (asked: Asked) => void): readonly Column<Secret>[] => [
  {
    id: 'name',
    header: 'Secret',
    cell: ({ name, description }) => (
      <span title={description ?? name}>
        <code className="font-medium font-mono text-xs">{name}</code>
        {description === null ? null : <span className="text-soft max-md:hidden"> {description}</span>}
      </span>
    ),
  },
  {
    id: 'used',
    header: 'Read',
    width: '6.5rem',
    from: 'sm',
    cell: ({ used }) => (used ? <Mark tone="good">in use</Mark> : <span className="text-faint">by nobody</span>),
  },
  { id: 'from', header: 'Comes from', width: '10rem', cell: (secret) => <From secret={secret} /> },
  {
    id: 'stored',
    header: 'Stored',
    width: '13rem',
    from: 'md',
    cell: ({ stored }) =>
      stored === null ? null : (
        <span className="text-soft">
          <RelativeTime at={stored.updated_at} /> by {stored.updated_by}
        </span>
      ),
  },
  {
    id: 'key',
    header: 'Key',
    width: '8rem',
    from: 'lg',
    cell: ({ stored }) => (stored === null ? null : <ShortId id={stored.key} />),
  },
  {
    id: 'do',
    header: <span className="sr-only">Change</span>,
    width: '6rem',
    align: 'right',
    cell: ({ workspace, name, stored }) => (
      <span className="inline-flex align-middle">
        <IconButton label={`Set ${name}`} needs="secret:change" onClick={() => ask({ what: 'set', workspace, name })}>
          <Pencil />
        </IconButton>
        <IconButton
          label={`Remove ${name}`}
          needs="secret:change"
          disabled={stored === null}
          {...(stored === null ? { title: 'Nothing is stored here.' } : {})}
          onClick={() => ask({ what: 'remove', workspace, name })}
        >
          <Trash2 />
        </IconButton>
      </span>
    ),
  },
];

function From({ secret: { from, source, problem, stored } }: { secret: Secret }) {
  if (from === null) return <Mark tone="bad">no value</Mark>;
  if (from === 'unreadable' || from === 'unavailable') {
    return (
      <span title={problem ?? undefined}>
        <Mark tone="bad">{places[from]}</Mark>
      </span>
    );
  }
  const beside = from !== 'store' && stored !== null ? 'What is stored here does not count: this comes first.' : null;
  return (
    <span title={beside ?? undefined}>
      {source ?? places[from]}
      {beside === null ? null : <span className="text-wait"> before what is stored</span>}
    </span>
  );
}
