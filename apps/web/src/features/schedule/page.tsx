import type { ExplainedSchedule } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Fact, Facts } from '../../components/facts.tsx';
import { JsonView } from '../../components/json-tree.tsx';
import { Mark } from '../../components/mark.tsx';
import { Card, Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunLink } from '../../components/run-link.tsx';
import { exactText } from '../../components/times.ts';
import { EnableSwitch } from '../schedules/enable-switch.tsx';
import { timesText } from '../schedules/times-text.ts';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import { scheduleQuery } from './queries.ts';
import { ScheduleActions } from './schedule-actions.tsx';

/** One schedule: why it starts runs or does not, its next times, and what can be done with it. */
export function SchedulePage() {
  const named = useParams({ from: '/schedules/$workspace/$schedule' });
  const { workspace } = named;
  useLiveRefresh({ types: ['run', 'workspace'], workspace }, ['schedules', 'one', workspace, named.schedule], 2_000);
  const query = useQuery({ ...scheduleQuery(named), refetchInterval: 15_000 });
  return (
    <Page
      title={named.schedule}
      {...(query.data === undefined ? {} : { heading: <Heading schedule={query.data} /> })}
      actions={query.data === undefined ? undefined : <ScheduleActions schedule={query.data} />}
    >
      <QueryView query={query} what="schedule">
        {(schedule) => (
          <>
            <Answers answers={schedule.answers} />
            <div className="grid items-start gap-6 lg:grid-cols-2">
              <NextTimes schedule={schedule} />
              <Card className="p-4">
                <JsonView value={schedule.definition} name="Definition" />
              </Card>
            </div>
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Heading({ schedule }: { schedule: ExplainedSchedule }) {
  const { workspace, workflow, override, last_tick: tick } = schedule;
  return (
    <div className="space-y-2">
      <div className="flex items-center gap-3">
        <h1 className="break-words font-semibold text-xl">{schedule.name}</h1>
        <EnableSwitch schedule={schedule} />
        <span className="text-soft text-sm">{schedule.enabled ? 'enabled' : 'disabled'}</span>
      </div>
      {schedule.description === null ? null : <p className="text-soft text-sm">{schedule.description}</p>}
      <Facts>
        <Fact name="Starts">
          <WorkflowLink workspace={workspace} name={workflow} />
        </Fact>
        <Fact name="Times">
          <code className="font-mono text-xs">{timesText(schedule)}</code> {schedule.timezone}
        </Fact>
        {schedule.next_fire_at === null ? null : (
          <Fact name="Next">
            <RelativeTime at={schedule.next_fire_at} />
          </Fact>
        )}
        {tick === null ? null : (
          <Fact name="Last">
            <RelativeTime at={tick.scheduled_at} />: {tick.result}{' '}
            {tick.run === null ? null : <RunLink run={tick.run}>run {tick.run}</RunLink>}
          </Fact>
        )}
        {override === null ? null : (
          <Fact name={override.enabled ? 'Enabled by' : 'Disabled by'}>
            {override.by} <RelativeTime at={override.at} />
            {override.reason === null ? '' : `: ${override.reason}`}
          </Fact>
        )}
      </Facts>
    </div>
  );
}

const bad: ReadonlySet<string> = new Set(['late', 'last_tick_failed', 'workflow_cannot_run', 'source_invalid']);

function Answers({ answers }: { answers: ExplainedSchedule['answers'] }) {
  return (
    <Section title="Why it starts runs or does not">
      <ul className="divide-y">
        {answers.map((answer) => (
          <li key={answer.reason} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2 text-sm">
            <Mark tone={bad.has(answer.reason) ? 'bad' : answer.reason === 'waiting' ? 'good' : 'wait'}>
              {answer.reason.replaceAll('_', ' ')}
            </Mark>
            <div className="min-w-0 flex-1 basis-64">
              <p className="break-words">
                {answer.message} {answer.run === null ? null : <RunLink run={answer.run}>See run {answer.run}</RunLink>}
              </p>
              {answer.hint === null ? null : <p className="break-words text-soft">{answer.hint}</p>}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function NextTimes({ schedule }: { schedule: ExplainedSchedule }) {
  return (
    <Section title={schedule.enabled ? 'Next times' : 'Next times, if it were enabled'}>
      {schedule.next_ticks.length === 0 ? (
        <p className="p-4 text-soft text-sm">It has no time to come.</p>
      ) : (
        <ol className="divide-y">
          {schedule.next_ticks.map((at) => (
            <li key={at} className="flex justify-between gap-4 px-4 py-1.5 text-sm">
              <span>{exactText(Date.parse(at)).replace('.000', '')}</span>
              <span className="text-soft">
                <RelativeTime at={at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
