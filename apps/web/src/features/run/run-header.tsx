import type { Run } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { Duration } from '../../components/duration.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { StatusBadge } from '../../components/status.tsx';
import { triggerText } from '../runs/trigger-text.ts';

/** Status and why, who started it, when, from which revision. */
export function RunHeader({ run }: { run: Run }) {
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="font-semibold text-xl">
          {run.workflow} <span className="text-faint">#{run.id}</span>
        </h1>
        <StatusBadge status={run.status} note={run.cancelling ? 'cancelling' : undefined} />
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Fact name="Started">
          <RelativeTime at={run.started_at ?? run.created_at} /> by {triggerText(run)}
        </Fact>
        <Fact name="Took">
          {run.started_at === null ? 'not begun' : <Duration from={run.started_at} to={run.ended_at} />}
        </Fact>
        <Fact name="Workspace">
          <Link to="/runs" search={{ workspace: run.workspace }} className="text-accent hover:underline">
            {run.workspace}
          </Link>
        </Fact>
        <Fact name="Revision">
          <ShortId id={run.revision} />
        </Fact>
      </dl>
      {run.error === null ? null : (
        <p className="rounded-md bg-bad-ground px-3 py-2 text-sm text-bad">
          {run.error.step === undefined ? null : <strong>{run.error.step}: </strong>}
          {run.error.message}
          {run.error.hint === undefined ? null : <span className="block text-soft">{run.error.hint}</span>}
        </p>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-1.5">
      <dt className="text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
