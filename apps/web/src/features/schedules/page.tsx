import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CalendarClock } from 'lucide-react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { CheckField } from '../../components/check-field.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { NameField } from '../../components/name-field.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { Table } from '../../components/table.tsx';
import { Calendar } from './calendar.tsx';
import { schedulesQuery } from './queries.ts';
import { scheduleColumns } from './schedule-columns.tsx';
import type { SchedulesSearch } from './search.ts';

/** What time starts, when next, and whether it may. */
export function SchedulesPage() {
  const search = useSearch({ from: '/schedules' });
  const navigate = useNavigate();
  const { workspace } = search;
  // A tick that passed started a run, or the source says something new.
  useLiveRefresh(
    { types: ['run', 'workspace'], ...(workspace === undefined ? {} : { workspace }) },
    ['schedules', 'list'],
    2_000,
  );
  const query = useInfiniteQuery({ ...schedulesQuery(search), refetchInterval: 15_000 });
  return (
    <Page title="Schedules">
      <Filters search={search} />
      <Card>
        <QueryView query={query} what="schedules">
          {({ pages }) => {
            const rows = pages.flatMap(({ items }) => items);
            if (rows.length === 0) return <NoSchedules search={search} />;
            if (search.view !== undefined) {
              return (
                <>
                  <Calendar schedules={rows} span={search.view} day={search.day} />
                  <MoreButton query={query} />
                </>
              );
            }
            return (
              <>
                <Table
                  label="Schedules"
                  rows={rows}
                  columns={scheduleColumns}
                  rowId={({ workspace: owner, name }) => `${owner}/${name}`}
                  onOpen={({ workspace: owner, name }) =>
                    void navigate({
                      to: '/schedules/$workspace/$schedule',
                      params: { workspace: owner, schedule: name },
                    })
                  }
                />
                <MoreButton query={query} />
              </>
            );
          }}
        </QueryView>
      </Card>
    </Page>
  );
}

function Filters({ search }: { search: SchedulesSearch }) {
  const navigate = useNavigate({ from: '/schedules' });
  const change = (next: Readonly<Partial<Record<keyof SchedulesSearch, string | undefined>>>) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as SchedulesSearch, replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField
        label="Search schedules"
        value={search.search ?? ''}
        onChange={(text) => change({ search: text || undefined })}
      />
      <NameField
        label="Workflow"
        value={search.workflow ?? ''}
        onChange={(workflow) => change({ workflow: workflow || undefined })}
      />
      <SelectField
        label="Enabled or not"
        hideLabel
        className="w-40"
        value={search.enabled ?? ''}
        options={[
          ['', 'Enabled or not'],
          ['true', 'Enabled'],
          ['false', 'Disabled'],
        ]}
        onChange={(enabled) => change({ enabled: enabled || undefined })}
      />
      <CheckField
        label="only late ones"
        checked={search.late === 'true'}
        onChange={(late) => change({ late: late ? 'true' : undefined })}
      />
      <div className="ml-auto">
        <Segmented
          label="Show as"
          value={search.view ?? 'list'}
          options={[
            ['list', 'List'],
            ['week', 'Week'],
            ['month', 'Month'],
          ]}
          onChange={(view) => change({ view: view === 'list' ? undefined : view })}
        />
      </div>
    </div>
  );
}

function NoSchedules({ search }: { search: SchedulesSearch }) {
  const { workspace: _workspace, view: _view, day: _day, ...filters } = search;
  if (filters.late === 'true' && Object.keys(filters).length === 1) {
    return (
      <Empty icon={<CalendarClock />} title="No schedule is late">
        A schedule is late when its run should have begun more than a minute ago.
      </Empty>
    );
  }
  if (Object.keys(filters).length > 0) {
    return (
      <Empty icon={<CalendarClock />} title="No schedule matches">
        Loosen the filters above to see more.
      </Empty>
    );
  }
  return (
    <Empty icon={<CalendarClock />} title="No schedule yet">
      A schedule is a trigger in a YAML file of a workspace: <code>type: schedule</code> with <code>cron</code> and{' '}
      <code>workflow</code>. It appears here when its revision is live.
    </Empty>
  );
}
