import type { Schedule } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunLink } from '../../components/run-link.tsx';
import type { Column } from '../../components/table.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import { EnableSwitch } from './enable-switch.tsx';
import { timesText } from './times-text.ts';

export const scheduleColumns: readonly Column<Schedule>[] = [
  {
    id: 'name',
    header: 'Schedule',
    cell: (schedule) => (
      <Link
        to="/schedules/$workspace/$schedule"
        params={{ workspace: schedule.workspace, schedule: schedule.name }}
        title={schedule.description ?? schedule.name}
        className={`font-medium ${linkClass}`}
      >
        {schedule.name}
      </Link>
    ),
  },
  {
    id: 'workflow',
    header: 'Workflow',
    cell: ({ workspace, workflow }) => <WorkflowLink workspace={workspace} name={workflow} />,
  },
  {
    id: 'times',
    header: 'Times',
    from: 'md',
    cell: (schedule) => (
      <span title={`${timesText(schedule)} ${schedule.timezone}`}>
        <code className="font-mono text-xs">{timesText(schedule)}</code>{' '}
        <span className="text-faint">{schedule.timezone}</span>
      </span>
    ),
  },
  {
    id: 'last',
    header: 'Last time',
    width: '11rem',
    from: 'lg',
    cell: ({ last_tick: tick }) =>
      tick === null ? null : (
        <span className="inline-flex items-center gap-2">
          <RelativeTime at={tick.scheduled_at} />
          {tick.result === 'started' ? <RunLink run={tick.run}>run {tick.run}</RunLink> : null}
          {tick.result === 'skipped' ? <Mark tone="wait">skipped</Mark> : null}
          {tick.result === 'failed' ? <Mark tone="bad">failed</Mark> : null}
        </span>
      ),
  },
  {
    id: 'next',
    header: 'Next time',
    width: '8rem',
    cell: ({ next_fire_at }) =>
      next_fire_at === null ? <span className="text-faint">none</span> : <RelativeTime at={next_fire_at} />,
  },
  { id: 'enabled', header: 'Enabled', width: '6rem', cell: (schedule) => <EnableSwitch schedule={schedule} /> },
];
