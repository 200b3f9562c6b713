import type { PlanGraph } from '@millrace/api';
import ELK, { type ElkExtendedEdge } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { type EdgePlace, type Layout, nodeHeight, nodeWidth } from './layout.ts';

/** From top to bottom; what the file has first stands first, and loops lead back up. */
const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.nodeSelfLoop': '20',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.edgeLabels.sideSelection': 'ALWAYS_DOWN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '40',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
} as const;

export async function layoutWithElk({ steps, edges }: PlanGraph): Promise<Layout> {
  const elk = new ELK({ workerFactory: () => new Worker(workerUrl) });
  try {
    const placed = await elk.layout({
      id: 'graph',
      layoutOptions: options,
      children: steps.map(({ name }) => ({ id: name, width: nodeWidth, height: nodeHeight })),
      edges: edges.map(({ from, to, kind, when }, index) => ({
        id: String(index),
        sources: [from],
        targets: [to],
        ...(kind === 'transition' && when !== null ? { labels: [{ text: when, ...labelSize(when) }] } : {}),
      })),
    });
    return {
      steps: new Map((placed.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }])),
      edges: (placed.edges ?? []).map(placeOf),
    };
  } finally {
    elk.terminateWorker();
  }
}

/** About as wide as it is drawn: see `StepLine`. */
const labelSize = (when: string) => ({ width: Math.min(160, 12 + when.length * 6.7), height: 20 });

function placeOf({ sections, labels }: ElkExtendedEdge): EdgePlace | null {
  const [section] = sections ?? [];
  if (section === undefined) return null;
  const [label] = labels ?? [];
  const { x = 0, y = 0, width = 0, height = 0 } = label ?? {};
  return {
    corners: [section.startPoint, ...(section.bendPoints ?? []), section.endPoint],
    label: label === undefined ? null : { x: x + width / 2, y: y + height / 2 },
  };
}
