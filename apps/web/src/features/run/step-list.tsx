import type { Run, RunStep } from '@millrace/api';
import { Duration } from '../../components/duration.tsx';
import { StatusText } from '../../components/status.tsx';
import type { Column } from '../../components/table.tsx';
import { Table } from '../../components/table.tsx';

type Row = Readonly<{ name: string; step: RunStep }>;

const columns: readonly Column<Row>[] = [
  { id: 'step', header: 'Step', cell: ({ name }) => <span className="font-medium">{name}</span> },
  {
    id: 'status',
    header: 'Status',
    width: '50%',
    cell: ({ step }) => <StatusText status={step.status} reason={stepNote(step)} />,
  },
  {
    id: 'took',
    header: 'Took',
    width: '6.5rem',
    align: 'right',
    cell: ({ step }) => <Duration from={step.started_at} to={step.ended_at} />,
  },
];

/** Why, how many items, how many attempts: what the status alone does not say. */
export function stepNote(step: RunStep): string | null {
  const parts = [
    step.reason?.replaceAll('_', ' '),
    step.items === null ? undefined : `${step.items.succeeded} of ${step.items.total} items`,
    step.attempts > 1 ? `attempt ${step.attempts}` : undefined,
    step.iterations !== null && step.iterations > 1 ? `round ${step.iterations}` : undefined,
    step.reused === null ? undefined : 'reused',
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(', ');
}

export function StepList({
  steps,
  selected,
  onSelect,
}: {
  steps: Run['steps'];
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const rows = Object.entries(steps).map(([name, step]) => ({ name, step }));
  return (
    <Table
      label="Steps"
      rows={rows}
      columns={columns}
      rowId={({ name }) => name}
      onOpen={({ name }) => onSelect(name)}
      {...(selected === undefined ? {} : { marked: new Set([selected]) })}
    />
  );
}
