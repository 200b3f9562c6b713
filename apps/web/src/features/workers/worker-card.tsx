import type { HeldAttempt, Worker } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { pollMs } from '../../api/query-client.ts';
import { Button } from '../../components/button.tsx';
import { useNow } from '../../components/clock.tsx';
import { Duration } from '../../components/duration.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Meter } from '../../components/meter.tsx';
import { Card } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import { DrainButton } from './drain-button.tsx';

/** One worker. What it holds is read when somebody wants to see it. */
export function WorkerCard({
  worker,
  onRevoke,
}: {
  worker: Worker;
  /** null: it has no token of its own. */
  onRevoke: (() => void) | null;
}) {
  const [open, setOpen] = useState(false);
  const silent = Date.parse(worker.lease_until) < useNow();
  return (
    <Card>
      <article aria-label={`Worker ${worker.name}`} className="space-y-3 p-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <div className="flex items-center gap-3">
            <h2 className="font-semibold">{worker.name}</h2>
            {silent ? <Mark tone="bad">silent</Mark> : null}
            {worker.draining_since === null ? null : <Mark tone="wait">draining</Mark>}
          </div>
          <div className="flex gap-2">
            <Button small aria-expanded={open} disabled={worker.held === 0 && !open} onClick={() => setOpen(!open)}>
              {open ? 'Hide what it holds' : `Holds ${worker.held}`}
            </Button>
            <DrainButton worker={worker} />
            {onRevoke === null ? null : (
              <Button small look="danger" needs="worker:admit" aria-label={`Revoke ${worker.name}`} onClick={onRevoke}>
                Revoke
              </Button>
            )}
          </div>
        </div>
        <Meter label={`Slots of ${worker.name}`} used={worker.held} of={worker.slots} />
        {worker.draining_since === null ? null : (
          <p className="text-soft text-sm">
            It gets nothing new since <RelativeTime at={worker.draining_since} />;{' '}
            {worker.held === 0 ? 'it holds nothing and can be stopped.' : 'what it holds goes on.'}
          </p>
        )}
        <Facts>
          <Fact name="Takes">{worker.capabilities.join(', ')}</Fact>
          <Fact name="Queues">
            {worker.queues.includes('*') ? 'all' : worker.queues.join(', ') || 'none that it may serve'}
          </Fact>
          {worker.workspaces === null ? null : (
            <Fact name="Workspaces">{worker.workspaces.join(', ') || 'none that it may serve'}</Fact>
          )}
          {worker.labels.length === 0 ? null : <Fact name="Labels">{worker.labels.join(', ')}</Fact>}
          <Fact name="Host">
            {worker.host}, process {worker.pid}
          </Fact>
          <Fact name="Version">{worker.version}</Fact>
          <Fact name="Here since">
            <RelativeTime at={worker.registered_at} />
          </Fact>
          {worker.joined === null ? null : <Fact name="Token">its own</Fact>}
          <Fact name="Id">
            <ShortId id={worker.id} />
          </Fact>
        </Facts>
        {open ? <Held worker={worker.id} /> : null}
      </article>
    </Card>
  );
}

function Held({ worker }: { worker: string }) {
  const query = useQuery({
    queryKey: ['workers', 'held', worker],
    queryFn: ({ signal }) => api.workers.attempts(worker, { signal }),
    refetchInterval: pollMs,
  });
  return (
    <div className="border-t pt-2">
      <QueryView query={query} what="attempts" skeletonRows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-soft text-sm">It holds nothing now.</p>
          ) : (
            <ul aria-label="Attempts that it holds" className="divide-y text-sm">
              {items.map((attempt) => (
                <HeldRow key={JSON.stringify(attempt)} attempt={attempt} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </div>
  );
}

const HeldRow = ({ attempt }: { attempt: HeldAttempt }) => (
  <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
    <Link to="/runs/$run" params={{ run: attempt.run }} search={{ step: attempt.step }} className={linkClass}>
      run {attempt.run}, {attempt.step}
      {attempt.item < 0 ? '' : `[${attempt.item}]`}
    </Link>
    <span className="text-soft">
      <WorkflowLink workspace={attempt.workspace} name={attempt.workflow} />
    </span>
    {attempt.attempt > 1 ? <span className="text-soft">attempt {attempt.attempt}</span> : null}
    <span className="ml-auto text-soft">
      <Duration from={attempt.since} to={null} />
    </span>
  </li>
);
