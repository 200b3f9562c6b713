import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

type Named = Readonly<{ workspace: string; schedule: string }>;

/** How many of its next times the page tells. */
const toldTicks = 10;

export const scheduleQuery = ({ workspace, schedule }: Named) =>
  queryOptions({
    queryKey: ['schedules', 'one', workspace, schedule],
    queryFn: ({ signal }) => api.schedules.get(workspace, schedule, { next: toldTicks }, { signal }),
  });
