import type { CheckedFile } from '@millrace/api';
import { lazy, Suspense, useState } from 'react';
import { Section } from '../../components/page.tsx';
import { Skeleton } from '../../components/page-states.tsx';
import { SelectField } from '../../components/select-field.tsx';

const StepGraph = lazy(async () => ({ default: (await import('../run/graph/step-graph.tsx')).StepGraph }));

/** How the workflows of the text hang together. While the text has errors, the last graph without them stays. */
export function Preview({ checked }: { checked: CheckedFile | undefined }) {
  const [last, setLast] = useState<NonNullable<CheckedFile['workflows']> | null>(null);
  const current = checked?.workflows ?? null;
  if (current !== null && current !== last) setLast(current);
  const [chosen, setChosen] = useState<string | null>(null);
  const [step, setStep] = useState<string | undefined>(undefined);
  const shown = last?.find(({ name }) => name === chosen) ?? last?.[0];
  const isOld = checked !== undefined && current === null && last !== null && last.length > 0;
  return (
    <Section
      title="Graph"
      aside={
        last !== null && last.length > 1 ? (
          <SelectField
            label="Workflow"
            hideLabel
            value={shown?.name ?? ''}
            options={last.map(({ name }) => [name, name])}
            onChange={setChosen}
            className="w-48"
          />
        ) : undefined
      }
    >
      {isOld ? (
        <p role="status" className="border-b bg-wait-ground px-4 py-1.5 text-sm text-wait">
          The text has errors; this is the last graph without them.
        </p>
      ) : null}
      {shown === undefined ? (
        <p className="p-4 text-soft text-sm">
          {last === null ? 'The graph comes once the text has no errors.' : 'This file defines no workflow.'}
        </p>
      ) : (
        <Suspense fallback={<Skeleton what="graph" />}>
          <StepGraph graph={shown.graph} selected={step} onSelect={setStep} />
        </Suspense>
      )}
    </Section>
  );
}
