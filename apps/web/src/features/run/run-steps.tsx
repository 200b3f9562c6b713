import type { Run } from '@millrace/api';
import { ChartNoAxesGantt, List, Workflow } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { countText } from '../../components/count-text.ts';
import { Card } from '../../components/page.tsx';
import { Skeleton } from '../../components/page-states.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useShortcut } from '../../components/shortcuts.ts';
import { loadGraphView, usualRunView } from './run-view.ts';
import type { RunView } from './search.ts';
import { StepList } from './step-list.tsx';

const GraphView = lazy(async () => ({ default: (await loadGraphView()).GraphView }));
const TimelineView = lazy(async () => ({ default: (await import('./timeline/timeline-view.tsx')).TimelineView }));

/** Graph, timeline and list: three views of the same steps and the same selection. Their code comes when they are looked at. */
export function RunSteps({
  run,
  view,
  onView,
  selected,
  onSelect,
}: {
  run: Run;
  view: RunView | undefined;
  onView: (view: RunView) => void;
  selected: string | undefined;
  onSelect: (name: string | undefined) => void;
}) {
  const [fallback] = useState<RunView>(usualRunView);
  const shown = view ?? fallback;
  useShortcut({ keys: '1', label: 'Graph', group: 'This page' }, () => onView('graph'));
  useShortcut({ keys: '2', label: 'Timeline', group: 'This page' }, () => onView('timeline'));
  useShortcut({ keys: '3', label: 'List of steps', group: 'This page' }, () => onView('list'));
  useShortcut({ keys: 'Escape', label: 'Back to the run', group: 'This page' }, () => onSelect(undefined));
  return (
    <Card className="min-w-0">
      <div className="flex items-center justify-between border-b px-2 py-1.5">
        <Segmented<RunView>
          label="View of the steps"
          value={shown}
          options={[
            ['graph', <ViewName key="graph" icon={<Workflow aria-hidden />} name="Graph" />],
            ['timeline', <ViewName key="timeline" icon={<ChartNoAxesGantt aria-hidden />} name="Timeline" />],
            ['list', <ViewName key="list" icon={<List aria-hidden />} name="List" />],
          ]}
          onChange={onView}
        />
        <span className="px-2 text-soft text-xs">{stepsText(run)}</span>
      </div>
      <Suspense fallback={<Skeleton what={shown} />}>
        {shown === 'graph' ? <GraphView run={run} selected={selected} onSelect={onSelect} /> : null}
        {shown === 'timeline' ? <TimelineView run={run} selected={selected} onSelect={onSelect} /> : null}
        {shown === 'list' ? <StepList steps={run.steps} selected={selected} onSelect={onSelect} /> : null}
      </Suspense>
    </Card>
  );
}

const ViewName = ({ icon, name }: { icon: React.ReactNode; name: string }) => (
  <>
    {icon}
    {name}
  </>
);

function stepsText({ steps }: Run): string {
  const all = Object.values(steps);
  const ended = all.filter(({ ended_at, status }) => ended_at !== null || status === 'skipped').length;
  const total = countText(all.length, 'step');
  return ended === all.length ? total : `${ended} of ${total} ended`;
}
