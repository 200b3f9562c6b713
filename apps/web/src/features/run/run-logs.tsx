import { useQuery } from '@tanstack/react-query';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { CodeView } from '../../components/code-view.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { runLogsQuery } from './queries.ts';

/** The lines of a run, or of one of its steps. */
export function RunLogs({ run, step, ended }: { run: string; step: string | undefined; ended: boolean }) {
  const poll = useLiveRefresh({ run, types: ['log', 'changed'] }, ['run-logs', run]);
  const query = useQuery({ ...runLogsQuery(run, step), refetchInterval: ended ? false : poll });
  return (
    <section aria-label="Logs">
      <h2 className="mb-2 font-semibold">Logs</h2>
      <QueryView query={query} what="logs" skeletonRows={3}>
        {({ text }) =>
          text === '' ? (
            <p className="text-soft text-sm">Nothing was written.</p>
          ) : (
            <CodeView text={text} label="Copy the logs" />
          )
        }
      </QueryView>
    </section>
  );
}
