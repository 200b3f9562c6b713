import type { RunStep } from '@millrace/api';
import { X } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';
import { JsonView } from '../../components/json-tree.tsx';
import { Card } from '../../components/page.tsx';
import { StatusText } from '../../components/status.tsx';
import { RunLogs } from './run-logs.tsx';
import { stepNote } from './step-list.tsx';

/** Everything of one step. */
export function StepPanel({
  run,
  name,
  step,
  onClose,
}: {
  run: string;
  name: string;
  step: RunStep;
  onClose: () => void;
}) {
  return (
    <Card>
      <div className="flex items-center justify-between gap-2 border-b px-4 py-2">
        <div className="flex min-w-0 flex-wrap items-center gap-3">
          <h2 className="font-semibold">{name}</h2>
          <StatusText status={step.status} reason={stepNote(step)} />
        </div>
        <IconButton label="Close" onClick={onClose}>
          <X />
        </IconButton>
      </div>
      <div className="space-y-4 p-4">
        {step.error === null ? null : (
          <p className="rounded-md bg-bad-ground px-3 py-2 text-sm text-bad">
            {step.error.message}
            {step.error.hint === undefined ? null : <span className="block text-soft">{step.error.hint}</span>}
          </p>
        )}
        <section aria-label="Output">
          <h3 className="mb-2 font-medium text-sm">Output</h3>
          <JsonView value={step.output} label="output" />
        </section>
        <RunLogs run={run} step={name} ended={step.ended_at !== null} />
      </div>
    </Card>
  );
}
