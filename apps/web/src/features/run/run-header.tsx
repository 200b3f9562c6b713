import type { Run } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { Duration } from '../../components/duration.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { StatusBadge } from '../../components/status.tsx';
import { triggerText } from '../runs/trigger-text.ts';

/** Status, who started it, when, from which revision. */
export function RunHeader({ run }: { run: Run }) {
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="font-semibold text-xl">
          <Link
            to="/workflows/$workspace/$workflow"
            params={{ workspace: run.workspace, workflow: run.workflow }}
            className="hover:underline"
          >
            {run.workflow}
          </Link>{' '}
          <span className="text-faint">#{run.id}</span>
        </h1>
        <StatusBadge status={run.status} note={run.cancelling ? 'cancelling' : undefined} />
      </div>
      <Facts>
        <Fact name="Started">
          <RelativeTime at={run.started_at ?? run.created_at} /> by <StartedBy run={run} />
        </Fact>
        <Fact name="Took">
          {run.started_at === null ? 'not begun' : <Duration from={run.started_at} to={run.ended_at} />}
        </Fact>
        <Fact name="Workspace">
          <Link
            to="/workspaces/$workspace"
            params={{ workspace: run.workspace }}
            className="text-accent hover:underline"
          >
            {run.workspace}
          </Link>
        </Fact>
        <Fact name="Revision">
          <ShortId id={run.revision} />
        </Fact>
        {run.tags.length === 0 ? null : <Fact name="Tags">{run.tags.join(', ')}</Fact>}
        {run.priority === 0 ? null : <Fact name="Priority">{run.priority}</Fact>}
      </Facts>
      {run.paused === null ? null : (
        <p role="note" className="rounded-md bg-wait-ground px-3 py-2 text-sm">
          <span className="font-medium text-wait">Paused</span> <RelativeTime at={run.paused.at} /> by {run.paused.by}
          {run.paused.with_parent ? ', with its parent' : ''}
          {run.paused.reason === null ? '.' : `: ${run.paused.reason}`} What workers hold goes on; nothing else begins.
        </p>
      )}
    </div>
  );
}

/** A run that started it, or that it is a re-run of, is a link. */
function StartedBy({ run }: { run: Run }) {
  const other = run.rerun_of?.run ?? run.parent?.run;
  if (other === undefined) return <>{triggerText(run)}</>;
  return (
    <Link to="/runs/$run" params={{ run: other }} className="text-accent hover:underline">
      {triggerText(run)}
    </Link>
  );
}
