import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from '@xyflow/react';
import type { EdgePlace, Point } from './layout.ts';

export type StepEdge = Edge<Readonly<{ place: EdgePlace | null; when: string | null; taken: boolean }>, 'step'>;

const radius = 8;

/** A line from step to step along the corners of the layout, with the condition of a transition beside it. */
export function StepLine({
  data,
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  markerEnd,
}: EdgeProps<StepEdge>) {
  const place = data?.place ?? null;
  const [path, labelX, labelY] =
    place === null
      ? getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: radius })
      : ([roundedPath(place.corners), place.label?.x ?? 0, place.label?.y ?? 0] as const);
  return (
    <>
      <BaseEdge
        path={path}
        style={{ stroke: data?.taken ? 'var(--soft)' : 'var(--line-strong)', strokeWidth: 1.5 }}
        {...(markerEnd === undefined ? {} : { markerEnd })}
      />
      {data?.when ? (
        <EdgeLabelRenderer>
          <code
            title={data.when}
            className="absolute max-w-40 truncate rounded-sm border bg-surface px-1 font-mono text-[11px] text-soft"
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)`, pointerEvents: 'all' }}
          >
            {data.when}
          </code>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
}

/** Straight lines whose corners are quarter circles. */
function roundedPath(points: readonly Point[]): string {
  const [first] = points;
  if (first === undefined) return '';
  let path = `M${first.x},${first.y}`;
  for (let index = 1; index < points.length; index += 1) {
    const [previous, corner, next] = [points[index - 1], points[index], points[index + 1]];
    if (previous === undefined || corner === undefined) break;
    if (next === undefined) {
      path += ` L${corner.x},${corner.y}`;
      break;
    }
    const entry = towards(corner, previous, Math.min(radius, distance(corner, previous) / 2));
    const exit = towards(corner, next, Math.min(radius, distance(corner, next) / 2));
    path += ` L${entry.x},${entry.y} Q${corner.x},${corner.y} ${exit.x},${exit.y}`;
  }
  return path;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };
}
