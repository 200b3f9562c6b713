import type { Answer, Routes } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { Fact, Facts } from '../../components/facts.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { spanText } from '../../components/times.ts';

type Kept = Answer<Routes['getSettings']>['retention'];

const names = [
  ['runs_ms', 'Runs, with attempts and logs'],
  ['events_ms', 'Events'],
  ['deliveries_ms', 'Requests to webhooks'],
  ['revisions_ms', 'Replaced revisions'],
  ['audit_ms', 'Audit log'],
] as const satisfies readonly (readonly [keyof Kept, string])[];

/** How long this server keeps what is over. */
export function Retention() {
  const query = useQuery({
    queryKey: ['system', 'settings'],
    queryFn: ({ signal }) => api.system.settings({ signal }),
  });
  return (
    <Section title="What is kept">
      <QueryView query={query} what="settings" skeletonRows={1}>
        {({ retention }) => (
          <div className="space-y-3 p-4">
            <Facts>
              {names.map(([key, name]) => {
                const ms = retention[key];
                return (
                  <Fact key={key} name={name}>
                    {ms === null ? 'for ever' : spanText(ms)}
                  </Fact>
                );
              })}
            </Facts>
            <p className="max-w-2xl text-soft text-sm">
              Counted from the end of each. The server's configuration says it (<code>retention</code>, or{' '}
              <code>--keep-runs</code>).
            </p>
          </div>
        )}
      </QueryView>
    </Section>
  );
}
