import type { api } from '../../api/client.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunLink } from '../../components/run-link.tsx';
import type { Column } from '../../components/table.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';

type CacheEntry = Awaited<ReturnType<typeof api.cache.list>>['items'][number];

export const cacheColumns: readonly Column<CacheEntry>[] = [
  {
    id: 'key',
    header: 'Key',
    cell: ({ key }) => (
      <code className="font-mono text-xs" title={key}>
        {key}
      </code>
    ),
  },
  {
    id: 'workflow',
    header: 'Workflow',
    width: '11rem',
    from: 'sm',
    cell: ({ workspace, workflow }) => <WorkflowLink workspace={workspace} name={workflow} />,
  },
  { id: 'step', header: 'Step', width: '9rem', cell: ({ step }) => step },
  { id: 'run', header: 'Made by run', width: '7rem', from: 'sm', cell: ({ run }) => <RunLink run={run} /> },
  {
    id: 'size',
    header: 'Size',
    width: '6rem',
    align: 'right',
    from: 'md',
    cell: ({ size_bytes }) => sizeText(size_bytes),
  },
  {
    id: 'created',
    header: 'Made',
    width: '7rem',
    align: 'right',
    from: 'md',
    cell: ({ created_at }) => <RelativeTime at={created_at} />,
  },
  {
    id: 'expires',
    header: 'Expires',
    width: '7rem',
    align: 'right',
    cell: ({ expires_at }) => <RelativeTime at={expires_at} />,
  },
];

function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  return bytes < 1_048_576 ? `${(bytes / 1_024).toFixed(1)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
