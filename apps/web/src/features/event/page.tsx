import type { EventDetail } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Fact, Facts } from '../../components/facts.tsx';
import { JsonView } from '../../components/json-tree.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Card, Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunLink } from '../../components/run-link.tsx';
import { eventQuery } from '../events/queries.ts';
import { sourceText } from '../events/source-text.ts';

/** One event: what it says, and what came of it. */
export function EventPage() {
  const { event: id } = useParams({ from: '/events/$event' });
  const query = useQuery({
    ...eventQuery(id),
    // It is delivered a moment after it was stored.
    refetchInterval: ({ state }) => (state.data?.outcome === null ? 1_000 : false),
  });
  return (
    <Page
      title={query.data === undefined ? `Event ${id}` : `${query.data.type} ${id}`}
      {...(query.data === undefined ? {} : { heading: <Heading event={query.data} /> })}
    >
      <QueryView query={query} what="event">
        {(event) => (
          <>
            <Outcome outcome={event.outcome} />
            <Card className="p-4">
              <JsonView value={event.payload} name="Payload" />
            </Card>
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Heading({ event }: { event: EventDetail }) {
  return (
    <div className="space-y-2">
      <h1 className="break-words font-semibold text-xl">
        {event.type} <span className="text-faint">{event.id}</span>
      </h1>
      <Facts>
        <Fact name="Workspace">
          <Link to="/events" search={{ workspace: event.workspace, type: event.type }} className={linkClass}>
            {event.workspace}
          </Link>
        </Fact>
        <Fact name="When">
          <RelativeTime at={event.at} />
        </Fact>
        <Fact name="From">
          {typeof event.source.run === 'string' ? (
            <RunLink run={event.source.run}>run {event.source.run}</RunLink>
          ) : (
            sourceText(event)
          )}
        </Fact>
        {event.key === null ? null : <Fact name="Key">{event.key}</Fact>}
      </Facts>
    </div>
  );
}

function Outcome({ outcome }: Pick<EventDetail, 'outcome'>) {
  const nothing = outcome !== null && outcome.runs.length === 0 && outcome.failures.length === 0;
  return (
    <Section title="What came of it">
      {outcome === null ? <p className="p-4 text-soft text-sm">It is being delivered.</p> : null}
      {nothing ? (
        <p className="p-4 text-soft text-sm">No trigger started a run by it. Runs that waited for it are not listed.</p>
      ) : null}
      {outcome === null || nothing ? null : (
        <ul className="divide-y">
          {outcome.runs.map(({ trigger, run }) => (
            <li key={trigger} className="px-4 py-2 text-sm">
              Trigger <strong>{trigger}</strong> started <RunLink run={run}>run {run}</RunLink>
            </li>
          ))}
          {outcome.failures.map(({ trigger, error }) => (
            <li key={trigger} className="px-4 py-2 text-sm">
              Trigger <strong>{trigger}</strong> could not start a run:{' '}
              <span className="text-bad">{error.message}</span>
              {error.hint === undefined ? null : <span className="block text-soft">{error.hint}</span>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
