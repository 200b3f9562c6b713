import type { LatestRun, Schedule, WorkflowSummary } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusIcon } from '../../components/status.tsx';
import type { Column } from '../../components/table.tsx';
import { RunBars } from './run-bars.tsx';
import { WorkflowLink } from './workflow-link.tsx';

export type WorkflowRow = WorkflowSummary & Readonly<{ runs: readonly LatestRun[]; next: Schedule | undefined }>;

/** How the list shows a workflow; the workspace is told where there are several. */
export const workflowColumns = (severalWorkspaces: boolean): readonly Column<WorkflowRow>[] => [
  {
    id: 'workflow',
    header: 'Workflow',
    cell: (row) => (
      <span title={row.description ?? row.name}>
        <span className="font-medium">
          <WorkflowLink workspace={row.workspace} name={row.name} />
        </span>
        {severalWorkspaces ? <span className="text-faint"> {row.workspace}</span> : null}
        {row.description === null ? null : <span className="text-soft max-md:hidden"> {row.description}</span>}
      </span>
    ),
  },
  {
    id: 'runs',
    header: 'Last runs',
    width: '8.5rem',
    from: 'sm',
    cell: ({ runs }) => (runs.length === 0 ? <span className="text-faint">never ran</span> : <RunBars runs={runs} />),
  },
  {
    id: 'last',
    header: 'Last run',
    width: '8rem',
    cell: ({ runs: [last] }) =>
      last === undefined ? null : (
        <Link
          to="/runs/$run"
          params={{ run: last.id }}
          className={`inline-flex items-center gap-1.5 align-middle ${linkClass}`}
        >
          <StatusIcon status={last.status} />
          <RelativeTime at={last.created_at} />
        </Link>
      ),
  },
  {
    id: 'next',
    header: 'Next start',
    width: '8rem',
    from: 'md',
    cell: ({ next, triggers }) =>
      next === undefined ? (
        <span className="text-faint">{triggers.length === 0 ? 'by hand' : 'by trigger'}</span>
      ) : (
        <span title={`schedule ${next.name}`}>
          <RelativeTime at={next.next_fire_at} />
        </span>
      ),
  },
];
