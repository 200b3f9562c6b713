import type { Run } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { QueryView } from '../../../components/query-view.tsx';
import { graphQuery } from '../queries.ts';
import { StepGraph } from './step-graph.tsx';

/** The graph of a run, live. */
export function GraphView({
  run,
  selected,
  onSelect,
}: {
  run: Run;
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const graph = useQuery(graphQuery(run.id));
  return (
    <QueryView query={graph} what="graph">
      {(data) => <StepGraph graph={data} steps={run.steps} selected={selected} onSelect={onSelect} />}
    </QueryView>
  );
}
