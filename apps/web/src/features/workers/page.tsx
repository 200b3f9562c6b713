import type { JoinedWorker, Worker } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Cpu, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/use-me.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { countText } from '../../components/count-text.ts';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AddWorkerDialog } from './add-worker-dialog.tsx';
import { JoinTokens } from './join-tokens.tsx';
import { JoinedWorkers } from './joined-workers.tsx';
import { joinedQuery, useJoiningChange, workersQuery } from './queries.ts';
import { WorkerCard } from './worker-card.tsx';

/** Who executes steps: how much each can take, what it takes, and what it holds now; who may come, and who has to go. */
export function WorkersPage() {
  const query = useQuery(workersQuery);
  const joined = useQuery(joinedQuery).data ?? [];
  const mayAdmit = useMay('worker:admit');
  const [adding, setAdding] = useState(false);
  const [revoked, setRevoked] = useState<JoinedWorker | null>(null);
  const revoke = useJoiningChange(({ id }: JoinedWorker) => api.workers.revoke(id), {
    failure: 'The worker was not revoked',
    done: ({ name }) => `Worker ${name} is sent away`,
    onDone: () => setRevoked(null),
  });
  const revokeOf = (worker: Worker) => {
    const found = joined.find(({ id }) => id === worker.joined);
    return found === undefined ? null : () => setRevoked(found);
  };
  return (
    <Page
      title="Workers"
      actions={
        <Button needs="worker:admit" onClick={() => setAdding(true)}>
          <Plus aria-hidden />
          Add a worker
        </Button>
      }
    >
      <QueryView query={query} what="workers" skeletonRows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <Empty icon={<Cpu />} title="No worker is there">
                Steps that are ready wait until one comes. A worker is a process that claims them: add one, and start
                the command that you are shown.
              </Empty>
            </Card>
          ) : (
            <>
              <Capacity workers={items} />
              <div className="space-y-3">
                {items.map((worker) => (
                  <WorkerCard key={worker.id} worker={worker} onRevoke={revokeOf(worker)} />
                ))}
              </div>
            </>
          )
        }
      </QueryView>
      <JoinedWorkers onRevoke={setRevoked} />
      {mayAdmit ? <JoinTokens /> : null}
      {adding ? <AddWorkerDialog onClose={() => setAdding(false)} /> : null}
      {revoked === null ? null : (
        <ConfirmDialog
          title={`Revoke the worker ${revoked.name}?`}
          description="Its token opens nothing any more, so all its processes end. What they hold runs again elsewhere."
          action="Revoke it"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoked)}
          onClose={() => setRevoked(null)}
        />
      )}
    </Page>
  );
}

function Capacity({ workers }: { workers: readonly Worker[] }) {
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const draining = workers.filter((worker) => worker.draining_since !== null).length;
  const held = workers.reduce((sum, worker) => sum + worker.held, 0);
  return (
    <p className="text-soft text-sm">
      {countText(workers.length, 'worker')} with {countText(slots, 'slot')};{' '}
      {workers.length === 1 ? 'it holds' : 'they hold'} {countText(held, 'attempt')}.
      {draining === 0 ? '' : ` ${draining} of them ${draining === 1 ? 'is' : 'are'} draining.`}
    </p>
  );
}
