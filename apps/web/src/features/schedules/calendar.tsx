import type { Schedule } from '@millrace/api';
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import clsx from 'clsx';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Button, IconButton } from '../../components/button.tsx';
import { useNow } from '../../components/clock.tsx';
import { byDay, type CalendarDay, type CalendarSpan, calendarDays, dayKey, dayOf, turn } from './calendar-days.ts';
import { mostTicks, ticksQuery } from './queries.ts';

/** When schedules start their workflows: the times that the server reckons, zones, exceptions and changes of clocks included. */
export function Calendar({
  schedules,
  span,
  day,
}: {
  schedules: readonly Schedule[];
  span: CalendarSpan;
  day: string | undefined;
}) {
  const navigate = useNavigate({ from: '/schedules' });
  const now = new Date(useNow());
  const of = dayOf(day, now);
  const days = calendarDays(of, span);
  const [first, last] = [days[0], days.at(-1)];
  const enabled = schedules.filter((schedule) => schedule.enabled);
  const ticks = useQueries({
    queries: enabled.map(({ workspace, name }) => ticksQuery(workspace, name, (first?.at ?? of).toISOString())),
  });
  const shown = enabled.map((schedule, index) => {
    const times = ticks[index]?.data?.items ?? [];
    return {
      schedule,
      days: byDay(times),
      isCut: times.length === mostTicks && (times.at(-1) ?? '') < endOf(last, of),
    };
  });
  const cut = shown.filter(({ isCut }) => isCut).map(({ schedule }) => schedule.name);
  const go = (to: Date | null) =>
    void navigate({ search: (before) => ({ ...before, day: to === null ? undefined : dayKey(to) }), replace: true });
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <IconButton label={`The ${span} before`} onClick={() => go(turn(of, span, -1))}>
          <ChevronLeft />
        </IconButton>
        <IconButton label={`The ${span} after`} onClick={() => go(turn(of, span, 1))}>
          <ChevronRight />
        </IconButton>
        <Button small onClick={() => go(null)}>
          Today
        </Button>
        <h2 aria-live="polite" className="font-semibold">
          {of.toLocaleDateString('en', { month: 'long', year: 'numeric' })}
        </h2>
        <span className="ml-auto text-soft text-sm">
          {ticks.some(({ isPending }) => isPending)
            ? 'The server reckons the times.'
            : `Times of ${Intl.DateTimeFormat().resolvedOptions().timeZone}, without jitter`}
        </span>
      </div>
      {cut.length === 0 ? null : (
        <p role="status" className="border-b bg-wait-ground px-4 py-1.5 text-sm text-wait">
          Only the first {mostTicks.toLocaleString('en')} times of {cut.join(', ')} are shown.
        </p>
      )}
      <ol aria-label={span === 'month' ? 'Month' : 'Week'} className="grid grid-cols-1 gap-px bg-line sm:grid-cols-7">
        {days.map((one) => (
          <Day
            key={one.key}
            day={one}
            isToday={one.key === dayKey(now)}
            isOutside={span === 'month' && one.at.getMonth() !== of.getMonth()}
            entries={shown.flatMap(({ schedule, days: times }) => {
              const found = times.get(one.key);
              return found === undefined ? [] : [{ schedule, times: found }];
            })}
          />
        ))}
      </ol>
    </>
  );
}

const endOf = (last: CalendarDay | undefined, of: Date): string => {
  const at = last?.at ?? of;
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1).toISOString();
};

function Day({
  day,
  isToday,
  isOutside,
  entries,
}: {
  day: CalendarDay;
  isToday: boolean;
  isOutside: boolean;
  entries: readonly Readonly<{ schedule: Schedule; times: readonly Date[] }>[];
}) {
  const name = day.at.toLocaleDateString('en', { weekday: 'short', day: 'numeric' });
  return (
    <li
      aria-label={day.at.toLocaleDateString('en', { weekday: 'long', day: 'numeric', month: 'long' })}
      aria-current={isToday ? 'date' : undefined}
      className={clsx('min-h-12 bg-surface p-1.5 sm:min-h-24', entries.length === 0 && 'max-sm:hidden')}
    >
      <span
        className={clsx(
          'inline-block rounded-sm px-1 text-xs',
          isToday ? 'bg-accent-strong font-semibold text-on-accent' : isOutside ? 'text-faint' : 'text-soft',
        )}
      >
        {name}
      </span>
      <ul className="mt-1 space-y-0.5">
        {entries.map(({ schedule, times }) => (
          <li key={`${schedule.workspace}/${schedule.name}`}>
            <Link
              to="/schedules/$workspace/$schedule"
              params={{ workspace: schedule.workspace, schedule: schedule.name }}
              title={`${schedule.name} starts ${schedule.workflow}: ${times.slice(0, 24).map(timeText).join(', ')}${times.length > 24 ? ', …' : ''}`}
              className="focus-row block truncate rounded-sm px-1 text-xs hover:bg-hover"
            >
              <span className="text-soft">{times[0] === undefined ? '' : timeText(times[0])}</span>{' '}
              <span className="text-accent">{schedule.name}</span>
              {times.length > 1 ? <span className="text-soft"> ×{times.length}</span> : null}
            </Link>
          </li>
        ))}
      </ul>
    </li>
  );
}

const timeText = (at: Date): string =>
  at.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
