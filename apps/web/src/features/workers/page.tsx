import type { Worker } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Cpu } from 'lucide-react';
import { api } from '../../api/client.ts';
import { pollMs } from '../../api/query-client.ts';
import { countText } from '../../components/count-text.ts';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { WorkerCard } from './worker-card.tsx';

/** Who executes steps: how much each can take, what it takes, and what it holds now. */
export function WorkersPage() {
  const query = useQuery({
    queryKey: ['workers', 'list'],
    queryFn: ({ signal }) => api.workers.list({ signal }),
    refetchInterval: pollMs,
  });
  return (
    <Page title="Workers">
      <QueryView query={query} what="workers" skeletonRows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <Empty
                icon={<Cpu />}
                title="No worker is there"
                command={`millrace work --server ${window.location.origin}`}
              >
                Steps that are ready wait until one comes. A worker is a process that claims them; start one:
              </Empty>
            </Card>
          ) : (
            <>
              <Capacity workers={items} />
              <div className="space-y-3">
                {items.map((worker) => (
                  <WorkerCard key={worker.id} worker={worker} />
                ))}
              </div>
            </>
          )
        }
      </QueryView>
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
