import type { Run } from '@millrace/api';
import { FaultNote } from '../../../components/fault-note.tsx';
import { JsonView } from '../../../components/json-tree.tsx';
import { Card } from '../../../components/page.tsx';
import { Tabs } from '../../../components/tabs.tsx';
import { LogsTab } from '../../logs/logs-tab.tsx';
import type { RunPageSearch } from '../search.ts';
import { Explanation } from './explanation.tsx';
import { Lineage } from './lineage.tsx';
import { RunHistory } from './run-history.tsx';

/** Everything of the run itself; shown while no step is chosen. */
export function RunPanel({
  run,
  tab,
  onChange,
}: {
  run: Run;
  tab: string | undefined;
  onChange: (next: RunPageSearch) => void;
}) {
  const ended = run.ended_at !== null;
  return (
    <Card className="min-w-0">
      <h2 className="sr-only">The run</h2>
      <Tabs
        label="The run"
        value={tab}
        onChange={(next) => onChange({ tab: next, line: undefined })}
        tabs={[
          {
            id: 'overview',
            label: 'Overview',
            content: () => (
              <div className="space-y-6 p-4">
                {run.error === null ? null : <FaultNote fault={run.error} withStep />}
                {ended ? null : <Explanation run={run.id} />}
                {ended ? <JsonView name="Output" value={run.output} /> : null}
                <JsonView name="Input" value={run.input} />
                {Object.keys(run.variables).length === 0 ? null : <JsonView name="Variables" value={run.variables} />}
                <Lineage run={run} />
              </div>
            ),
          },
          {
            id: 'logs',
            label: 'Logs',
            content: () => <LogsTab run={run.id} ended={ended} />,
          },
          { id: 'history', label: 'History', content: () => <RunHistory run={run} /> },
        ]}
      />
    </Card>
  );
}
