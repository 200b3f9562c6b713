import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import type { ReactNode } from 'react';
import { countText } from '../../components/count-text.ts';
import { capacityQuery, lateSchedulesQuery, openApprovalsQuery, runCountsQuery } from './queries.ts';

/** What fails, waits, is late and runs, as figures; each is a way to the list that it counts. */
export function Figures({ workspace }: { workspace: string | undefined }) {
  const counts = useQuery(runCountsQuery(workspace)).data;
  const approvals = useQuery(openApprovalsQuery(workspace)).data;
  const late = useQuery(lateSchedulesQuery(workspace)).data;
  const capacity = useQuery(capacityQuery).data;
  const here = workspace === undefined ? {} : { workspace };
  return (
    <ul aria-label="Now" className="grid grid-cols-2 gap-2 sm:grid-cols-3 xl:grid-cols-6">
      <li>
        <Link to="/runs" search={{ ...here, status: ['failed', 'timed_out'], within: '24h' }} className={tile}>
          <Figure name="Failed in 24 hours" value={counts?.failed} bad />
        </Link>
      </li>
      <li>
        <Link to="/approvals" search={here} className={tile}>
          <Figure
            name="Wait for people"
            value={approvals === undefined ? undefined : approvals.items.length}
            more={approvals?.next != null}
            attention
          />
        </Link>
      </li>
      <li>
        <Link to="/schedules" search={{ ...here, late: 'true' }} className={tile}>
          <Figure name="Late schedules" value={late?.items.length} more={late?.next != null} bad />
        </Link>
      </li>
      <li>
        <Link to="/runs" search={{ ...here, status: ['running'] }} className={tile}>
          <Figure name="Running" value={counts?.running} />
        </Link>
      </li>
      <li>
        <Link to="/runs" search={{ ...here, status: ['queued', 'paused'] }} className={tile}>
          <Figure
            name="Queued or paused"
            value={counts === undefined ? undefined : counts.queued + counts.paused}
            attention
          />
        </Link>
      </li>
      <li>
        <Link to="/workers" className={tile}>
          <Figure
            name={capacity === undefined ? 'Slots taken' : `Slots taken, ${countText(capacity.workers, 'worker')}`}
            value={capacity === undefined ? undefined : `${capacity.held} / ${capacity.slots}`}
            bad={capacity?.workers === 0}
          />
        </Link>
      </li>
    </ul>
  );
}

const tile =
  'flex h-full flex-col rounded-lg border bg-surface px-4 py-3 transition-colors [a&]:hover:border-line-strong [a&]:hover:bg-hover';

/** Nothing to worry about is grey; only what wants somebody has a colour. */
function Figure({
  name,
  value,
  more = false,
  bad = false,
  attention = false,
}: {
  name: ReactNode;
  value: number | string | undefined;
  /** There are more than were counted. */
  more?: boolean;
  bad?: boolean;
  attention?: boolean;
}) {
  const something = value !== undefined && value !== 0;
  return (
    <>
      <span
        className={clsx(
          'font-semibold text-xl tabular-nums',
          something && bad && 'text-bad',
          something && attention && 'text-wait',
          !something && 'text-soft',
        )}
      >
        {value === undefined ? '…' : `${value.toLocaleString('en')}${more ? '+' : ''}`}
      </span>
      <span className="text-soft text-sm">{name}</span>
    </>
  );
}
