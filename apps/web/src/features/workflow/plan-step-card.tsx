import type { PlanGraph } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { countText } from '../../components/count-text.ts';
import { linkClass } from '../../components/link-class.ts';
import { Card } from '../../components/page.tsx';
import { durationText } from '../../components/times.ts';
import { WorkflowLink } from '../workflows/workflow-link.tsx';

type PlanStep = PlanGraph['steps'][number];

/** What a step will do, and when. */
export function PlanStepCard({ step, workspace }: { step: PlanStep; workspace: string }) {
  const { action } = step;
  return (
    <Card className="p-4">
      <section aria-label={`Step ${step.name}`} className="space-y-3">
        <h2 className="break-words font-semibold">{step.name}</h2>
        {step.description === null ? null : <p className="text-soft text-sm">{step.description}</p>}
        <dl className="divide-y text-sm">
          <Row name="Does">
            {action.type}
            {action.inline ? '' : ` (action ${action.name})`}
          </Row>
          {action.workflow === null ? null : (
            <Row name="Calls">
              <WorkflowLink workspace={workspace} name={action.workflow} />
            </Row>
          )}
          {step.depends_on.length === 0 ? null : (
            <Row name="After">
              {step.depends_on.map((name) => (
                <Link key={name} to="." search={{ view: 'graph', step: name }} replace className={`mr-2 ${linkClass}`}>
                  {name}
                </Link>
              ))}
            </Row>
          )}
          {step.join === null ? null : (
            <Row name="Joins">{step.join === 'all' ? 'all before it' : `${step.join} before it`}</Row>
          )}
          {step.when === null ? null : <Row name="When">{code(step.when)}</Row>}
          {step.for_each === null ? null : (
            <Row name="For each">
              {typeof step.for_each === 'number' ? countText(step.for_each, 'item') : code(eachText(step.for_each))}
            </Row>
          )}
          {step.retry_attempts === 1 ? null : <Row name="Attempts">up to {step.retry_attempts}</Row>}
          {step.timeout_ms === null ? null : <Row name="Time limit">{durationText(step.timeout_ms)}</Row>}
          {step.continue_on_failure ? <Row name="When it fails">the run goes on</Row> : null}
          <Row name="Written in">
            <Link to="." search={{ view: 'source' }} className={linkClass}>
              the source
            </Link>
          </Row>
        </dl>
      </section>
    </Card>
  );
}

const Row = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex gap-4 py-1.5">
    <dt className="w-28 shrink-0 text-faint">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </div>
);

const eachText = (each: NonNullable<PlanStep['for_each']>): string =>
  typeof each === 'string' ? each : JSON.stringify(each);

const code = (text: string): ReactNode => <code className="break-all font-mono text-xs">{text}</code>;
