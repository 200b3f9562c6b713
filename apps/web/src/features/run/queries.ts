import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** The run as it stands now, without its graph, which never changes. */
export const runQuery = (run: string) =>
  queryOptions({ queryKey: ['run', run], queryFn: ({ signal }) => api.runs.get(run, {}, { signal }) });

export const runLogsQuery = (run: string, step: string | undefined) =>
  queryOptions({
    queryKey: ['run-logs', run, step ?? null],
    queryFn: ({ signal }) => api.runs.readLogs(run, step === undefined ? {} : { step }, { signal }),
  });
