import type { PlanGraph, Workflow } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { linkClass } from '../../components/link-class.ts';
import { Card } from '../../components/page.tsx';
import { Skeleton } from '../../components/page-states.tsx';
import { durationText } from '../../components/times.ts';

const StepGraph = lazy(async () => ({ default: (await import('../run/graph/step-graph.tsx')).StepGraph }));

/** How the steps hang together, before any run; what is planned of the one that is chosen. */
export function GraphPanel({ workflow }: { workflow: Workflow }) {
  const [selected, setSelected] = useState<string | undefined>();
  const step = workflow.graph.steps.find(({ name }) => name === selected);
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,24rem)]">
      <Card className="min-w-0">
        <Suspense fallback={<Skeleton what="graph" />}>
          <StepGraph graph={workflow.graph} selected={selected} onSelect={setSelected} />
        </Suspense>
      </Card>
      <Card className="min-w-0 p-4">
        {step === undefined ? (
          <p className="text-soft text-sm">Choose a step to see what is planned of it.</p>
        ) : (
          <PlannedStep workspace={workflow.workspace} step={step} />
        )}
      </Card>
    </div>
  );
}

function PlannedStep({ workspace, step }: { workspace: string; step: PlanGraph['steps'][number] }) {
  const { action } = step;
  return (
    <div className="space-y-3">
      <h2 className="font-semibold">{step.name}</h2>
      {step.description === null ? null : <p className="text-soft text-sm">{step.description}</p>}
      <dl className="space-y-1.5 text-sm">
        <Row name="Does">
          {action.workflow === null ? (
            action.inline ? (
              action.type
            ) : (
              `${action.name} (${action.type})`
            )
          ) : (
            <Link
              to="/workspaces/$workspace/workflows/$workflow"
              params={{ workspace, workflow: action.workflow }}
              className={linkClass}
            >
              {action.workflow}
            </Link>
          )}
        </Row>
        {step.depends_on.length === 0 ? null : <Row name="After">{step.depends_on.join(', ')}</Row>}
        {step.when === null ? null : <Row name="When">{code(step.when)}</Row>}
        {step.for_each === null ? null : <Row name="For each">{code(eachText(step.for_each))}</Row>}
        {step.join === null ? null : (
          <Row name="Joins">{step.join === 'all' ? 'all that lead to it' : `${step.join} that lead to it`}</Row>
        )}
        {step.retry_attempts === 1 ? null : <Row name="Attempts">up to {step.retry_attempts}</Row>}
        {step.timeout_ms === null ? null : <Row name="Time limit">{durationText(step.timeout_ms)}</Row>}
        {step.continue_on_failure ? <Row name="On failure">the run goes on</Row> : null}
      </dl>
    </div>
  );
}

const Row = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex gap-3">
    <dt className="w-20 shrink-0 text-faint">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </div>
);

const code = (text: string) => <code className="font-mono text-xs">{text}</code>;

function eachText(each: NonNullable<PlanGraph['steps'][number]['for_each']>): string {
  if (typeof each === 'number') return `${each} items`;
  return typeof each === 'string' ? each : JSON.stringify(each);
}
