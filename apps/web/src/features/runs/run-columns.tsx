import type { RunSummary } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { Duration } from '../../components/duration.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusText } from '../../components/status.tsx';
import type { Column } from '../../components/table.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import { triggerText } from './trigger-text.ts';

/** How every list shows a run. */
export const runColumns: readonly Column<RunSummary>[] = [
  {
    id: 'run',
    header: 'Run',
    width: '6.5rem',
    cell: (run) => (
      <Link to="/runs/$run" params={{ run: run.id }} className="font-medium text-accent hover:underline">
        {run.id}
      </Link>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    width: '9rem',
    cell: (run) => <StatusText status={run.status} reason={run.cancelling ? 'cancelling' : null} />,
  },
  {
    id: 'workflow',
    header: 'Workflow',
    cell: (run) => (
      <span title={`${run.workspace}/${run.workflow}`} className="flex min-w-0 gap-1">
        <WorkflowLink workspace={run.workspace} name={run.workflow} />
        <span className="truncate text-faint">{run.workspace}</span>
      </span>
    ),
  },
  {
    id: 'error',
    header: 'Error',
    from: 'lg',
    width: '26%',
    cell: (run) =>
      run.error === null ? null : (
        <span className="text-soft" title={run.error.message}>
          {run.error.step === undefined ? '' : `${run.error.step}: `}
          {run.error.message}
        </span>
      ),
  },
  {
    id: 'trigger',
    header: 'Started by',
    width: '9rem',
    from: 'md',
    cell: (run) => <span className="text-soft">{triggerText(run)}</span>,
  },
  {
    id: 'started',
    header: 'Started',
    width: '7rem',
    from: 'sm',
    cell: (run) => <RelativeTime at={run.started_at ?? run.created_at} />,
  },
  {
    id: 'took',
    header: 'Took',
    width: '6.5rem',
    align: 'right',
    cell: (run) => <Duration from={run.started_at} to={run.ended_at} />,
  },
];
