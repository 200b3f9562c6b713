import type { Workflow } from '@millrace/api';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Card } from '../../components/page.tsx';
import { Skeleton } from '../../components/page-states.tsx';
import { PlanStepCard } from './plan-step-card.tsx';

/** Drawing a graph takes more code than all else of this page: it is loaded by who looks at one. */
const StepGraph = lazy(async () => ({ default: (await import('../run/graph/step-graph.tsx')).StepGraph }));

/** What a run will do, before there is one. */
export function GraphPanel({ workflow }: { workflow: Workflow }) {
  const { step } = useSearch({ from: '/workflows/$workspace/$workflow' });
  const navigate = useNavigate({ from: '/workflows/$workspace/$workflow' });
  const select = (name: string) => void navigate({ search: { view: 'graph', step: name }, replace: true });
  const selected = workflow.graph.steps.find(({ name }) => name === step);
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,24rem)]">
      <Card className="min-w-0">
        <Suspense fallback={<Skeleton what="graph" />}>
          <StepGraph graph={workflow.graph} selected={step} onSelect={select} />
        </Suspense>
      </Card>
      {selected === undefined ? (
        <p className="text-soft text-sm">Choose a step to see what it does and when.</p>
      ) : (
        <PlanStepCard step={selected} workspace={workflow.workspace} />
      )}
    </div>
  );
}
