import '@xyflow/react/dist/base.css';
import type { PlanGraph, Run } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import {
  Background,
  Controls,
  getViewportForBounds,
  MarkerType,
  type NodeHandle,
  Position,
  ReactFlow,
  type Viewport,
} from '@xyflow/react';
import { useMemo, useRef, useState } from 'react';
import { Skeleton } from '../../../components/page-states.tsx';
import { type Layout, largeGraph, layoutGraph, nodeHeight, nodeWidth, type Point } from './layout.ts';
import { type StepEdge, StepLine } from './step-edge.tsx';
import { StepCard, type StepNode } from './step-node.tsx';

const nodeTypes = { step: StepCard };
const edgeTypes = { step: StepLine };

/**
 * The graph of a workflow, or of a run with the state of its steps. Only what is in view is in the page, so its size does not matter
 * for how it moves.
 */
export function StepGraph({
  graph,
  steps,
  selected,
  onSelect,
}: {
  graph: PlanGraph;
  /** Of a run. */
  steps?: Run['steps'];
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const hash = useMemo(() => hashOf(graph), [graph]);
  const layout = useQuery({
    queryKey: ['layout', graph],
    queryKeyHashFn: () => hash,
    queryFn: () => layoutGraph(graph),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (layout.data === undefined) return <Skeleton what="graph" />;
  return <Drawing graph={graph} steps={steps} layout={layout.data} selected={selected} onSelect={onSelect} />;
}

/** Two graphs with the same steps and edges stand alike. */
const hashOf = ({ steps, edges }: PlanGraph): string =>
  `layout ${steps.map(({ name }) => name).join('\n')}\0${edges.map(({ from, to }) => `${from}>${to}`).join('\n')}`;

function Drawing({
  graph,
  steps,
  layout,
  selected,
  onSelect,
}: {
  graph: PlanGraph;
  steps: Run['steps'] | undefined;
  layout: Layout;
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const nodes = useNodes(graph, steps, layout, selected, onSelect);
  const edges = useMemo(() => edgesOf(graph, steps, layout), [graph, steps, layout]);
  const isLarge = graph.steps.length > largeGraph;
  const box = useRef<HTMLElement>(null);
  const [begin] = useState(() =>
    isLarge ? beginAt(layout.steps.get(selected ?? interesting(graph, steps))) : undefined,
  );
  return (
    <section ref={box} aria-label="Graph of the steps" className="h-[max(22rem,calc(100vh-14rem))]">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        onlyRenderVisibleElements={isLarge}
        {...(begin === undefined ? {} : { defaultViewport: begin })}
        fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
        onInit={(flow) => {
          if (!isLarge && box.current !== null) void flow.setViewport(wholeView(layout, box.current));
        }}
        minZoom={isLarge ? 0.25 : 0.1}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
      >
        <Background color="var(--line)" gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

/** The view in which everything is seen, labels and loops too; not larger than life. */
function wholeView({ steps, edges }: Layout, { clientWidth, clientHeight }: HTMLElement): Viewport {
  const points = [
    ...[...steps.values()].flatMap(({ x, y }) => [
      { x, y },
      { x: x + nodeWidth, y: y + nodeHeight },
    ]),
    ...edges.flatMap((edge) => edge?.corners ?? []),
    // A label is at most twice this wide: see `StepLine`.
    ...edges.flatMap((edge) =>
      edge?.label == null
        ? []
        : [
            { ...edge.label, x: edge.label.x - 80 },
            { ...edge.label, x: edge.label.x + 80 },
          ],
    ),
  ];
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const bounds = { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  return getViewportForBounds(bounds, clientWidth, clientHeight, 0.1, 1, 0.05);
}

/** The view with a step near its upper left corner: what leads to it and away from it is around. */
const beginAt = ({ x, y }: Point = { x: 0, y: 0 }): Viewport => ({ x: 96 - x * 0.8, y: 96 - y * 0.8, zoom: 0.8 });

/** Told and not measured: otherwise each node would be drawn once, in view or not. */
const measured = { width: nodeWidth, height: nodeHeight };
const handles: NodeHandle[] = [
  { type: 'target', position: Position.Top, x: nodeWidth / 2, y: 0 },
  { type: 'source', position: Position.Bottom, x: nodeWidth / 2, y: nodeHeight },
];

function useNodes(
  graph: PlanGraph,
  steps: Run['steps'] | undefined,
  layout: Layout,
  selected: string | undefined,
  onSelect: (name: string) => void,
): StepNode[] {
  const choose = useRef(onSelect);
  choose.current = onSelect;
  const before = useRef<ReadonlyMap<string, StepNode>>(new Map());
  return useMemo(() => {
    const nodes = graph.steps.map((plan): StepNode => {
      const position = layout.steps.get(plan.name) ?? { x: 0, y: 0 };
      const data = { plan, step: steps?.[plan.name], selected: plan.name === selected, onSelect: chooser };
      const last = before.current.get(plan.name);
      // What did not change is the same object: of thousands of steps only those are looked at again that something happened to.
      if (last !== undefined && last.position === position && isSameStep(last.data, data)) return last;
      return { id: plan.name, type: 'step', position, width: nodeWidth, height: nodeHeight, measured, handles, data };
    });
    before.current = new Map(nodes.map((node) => [node.id, node]));
    return nodes;
    function chooser(name: string): void {
      choose.current(name);
    }
  }, [graph, steps, layout, selected]);
}

const isSameStep = (one: StepNode['data'], other: StepNode['data']): boolean =>
  one.plan === other.plan && one.step === other.step && one.selected === other.selected;

function edgesOf(graph: PlanGraph, steps: Run['steps'] | undefined, layout: Layout): StepEdge[] {
  return graph.edges.map(({ from, to, when, kind }, index) => {
    const target = steps?.[to];
    const taken =
      steps?.[from]?.ended_at != null &&
      target !== undefined &&
      target.status !== 'pending' &&
      target.status !== 'skipped';
    return {
      id: `${index}`,
      type: 'step' as const,
      source: from,
      target: to,
      markerEnd: {
        type: MarkerType.ArrowClosed,
        width: 16,
        height: 16,
        color: taken ? 'var(--soft)' : 'var(--line-strong)',
      },
      data: { place: layout.edges[index] ?? null, when: kind === 'transition' ? when : null, taken },
    };
  });
}

/** Where a large drawing begins: what failed, else what runs, else the first step. */
function interesting(graph: PlanGraph, steps: Run['steps'] | undefined): string {
  const names = graph.steps.map(({ name }) => name);
  const having = (...wanted: readonly string[]) => names.find((name) => wanted.includes(steps?.[name]?.status ?? ''));
  return having('failed', 'timed_out') ?? having('running', 'waiting') ?? names[0] ?? '';
}
