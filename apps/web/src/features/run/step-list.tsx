import type { Run, RunStep } from '@millrace/api';
import { useMemo } from 'react';
import { Duration } from '../../components/duration.tsx';
import { StatusText } from '../../components/status.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { stepNote } from './step-note.ts';

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

/** The steps as a table, in the order of the file. */
export function StepList({
  steps,
  selected,
  onSelect,
}: {
  steps: Run['steps'];
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const rows = useMemo(() => Object.entries(steps).map(([name, step]) => ({ name, step })), [steps]);
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
