import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';
import { Section } from '../../components/page.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { lateSchedulesQuery, openApprovalsQuery } from './queries.ts';

const shown = 8;

/** Approvals that wait for somebody; nothing while there are none. */
export function WaitingApprovals({ workspace }: { workspace: string | undefined }) {
  const items = useQuery(openApprovalsQuery(workspace)).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section
      title="Waits for people"
      aside={
        items.length > shown ? (
          <Link to="/approvals" className={`text-sm ${linkClass}`}>
            All approvals
          </Link>
        ) : undefined
      }
    >
      <ul className="divide-y">
        {items.slice(0, shown).map(({ run, step, item, iteration, workflow, prompt, since, times_out_at: until }) => (
          <li key={`${run}/${step}/${item}/${iteration}`}>
            <Link
              to="/runs/$run"
              params={{ run }}
              search={{ step, ...(item < 0 ? {} : { item: String(item) }) }}
              className="focus-row flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-sm hover:bg-hover"
            >
              <span className="min-w-0 flex-1 truncate font-medium">{prompt}</span>
              <span className="text-soft">
                {workflow} #{run}, {step}
              </span>
              <span className="text-soft">
                <RelativeTime at={since} />
                {until === null ? null : (
                  <>
                    , ends <RelativeTime at={until} />
                  </>
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Schedules whose run should have begun. */
export function LateSchedules({ workspace }: { workspace: string | undefined }) {
  const items = useQuery(lateSchedulesQuery(workspace)).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section
      title="Late schedules"
      aside={
        items.length > shown ? (
          <Link to="/schedules" search={{ late: 'true' }} className={`text-sm ${linkClass}`}>
            All late schedules
          </Link>
        ) : undefined
      }
    >
      <ul className="divide-y">
        {items.slice(0, shown).map((schedule) => (
          <li key={`${schedule.workspace}/${schedule.name}`}>
            <Link
              to="/schedules/$workspace/$schedule"
              params={{ workspace: schedule.workspace, schedule: schedule.name }}
              className="focus-row flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-sm hover:bg-hover"
            >
              <span className="flex-1 font-medium">{schedule.name}</span>
              <span className="text-soft">
                {schedule.workspace}/{schedule.workflow}
              </span>
              <span className="text-bad">
                was due <RelativeTime at={schedule.next_fire_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
