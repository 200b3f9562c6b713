import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { SchedulesSearch } from './search.ts';

/** As many times of one schedule as a calendar asks for. */
export const mostTicks = 1_000;

/** The times of a schedule from a moment on, as the server reckons them. */
export const ticksQuery = (workspace: string, schedule: string, after: string) =>
  queryOptions({
    queryKey: ['schedules', 'ticks', workspace, schedule, after],
    queryFn: ({ signal }) =>
      api.schedules.ticks(
        workspace,
        schedule,
        { after: new Date(Date.parse(after) - 1).toISOString(), limit: mostTicks },
        { signal },
      ),
    staleTime: 60_000,
  });

/** A schedule counts as late when its run should have begun this long ago. */
const lateMs = 60_000;

/** What is due before this moment is late. */
export const lateBefore = (): string => new Date(Date.now() - lateMs).toISOString();

export const schedulesQuery = ({ enabled, late, view: _view, day: _day, ...filter }: SchedulesSearch) =>
  infiniteQueryOptions({
    queryKey: ['schedules', 'list', filter, enabled ?? null, late ?? null],
    queryFn: ({ pageParam, signal }) =>
      api.schedules.list(
        {
          ...filter,
          limit: 100,
          ...(enabled === undefined ? {} : { enabled: enabled === 'true' }),
          ...(late === undefined ? {} : { due_before: lateBefore() }),
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
