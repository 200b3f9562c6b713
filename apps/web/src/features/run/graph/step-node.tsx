import type { PlanGraph, RunStep } from '@millrace/api';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import clsx from 'clsx';
import {
  Box,
  Braces,
  CircleUserRound,
  Globe,
  type LucideIcon,
  Radio,
  Repeat2,
  SquareFunction,
  Terminal,
  Timer,
  Workflow,
} from 'lucide-react';
import { memo } from 'react';
import { Duration } from '../../../components/duration.tsx';
import { StatusIcon } from '../../../components/status.tsx';
import { nodeHeight, nodeWidth } from './layout.ts';

type PlanStep = PlanGraph['steps'][number];
export type StepNode = Node<
  Readonly<{ plan: PlanStep; step: RunStep | undefined; selected: boolean; onSelect: (name: string) => void }>,
  'step'
>;

const icons: Readonly<Partial<Record<PlanStep['action']['type'], LucideIcon>>> = {
  shell: Terminal,
  script: Braces,
  http: Globe,
  function: SquareFunction,
  workflow: Workflow,
  approval: CircleUserRound,
  wait: Timer,
  emit: Radio,
};

/** A step as a card: status, name, what it does, how long it took; of a for-each, how many items have ended. */
export const StepCard = memo(function StepCard({ data: { plan, step, selected, onSelect } }: NodeProps<StepNode>) {
  const Icon = icons[plan.action.type] ?? Box;
  const items = step?.items ?? null;
  const isEach = plan.for_each !== null;
  return (
    <>
      <Handle type="target" position={Position.Top} className="invisible" isConnectable={false} />
      <button
        type="button"
        aria-pressed={selected}
        onClick={() => onSelect(plan.name)}
        style={{ width: nodeWidth, height: nodeHeight }}
        className={clsx(
          'pointer-events-auto relative flex flex-col justify-center gap-0.5 overflow-hidden rounded-md border bg-raised px-3 text-left text-sm shadow-xs transition-colors hover:border-accent',
          selected ? 'border-accent ring-1 ring-accent' : 'border-line-strong',
          step?.status === 'skipped' && 'border-dashed',
        )}
      >
        <span className="flex items-center gap-1.5">
          {step === undefined ? null : <StatusIcon status={step.status} />}
          <span className="truncate font-medium" title={plan.description ?? plan.name}>
            {plan.name}
          </span>
        </span>
        <span className="flex items-center gap-1 text-faint text-xs">
          <Icon aria-hidden className="size-3.5 shrink-0" />
          <span className="truncate">
            {plan.action.workflow ?? (plan.action.inline ? plan.action.type : plan.action.name)}
          </span>
          {isEach ? <Repeat2 role="img" aria-label="for each item" className="size-3.5 shrink-0" /> : null}
          {items === null ? null : (
            <span>
              {items.succeeded + items.failed + items.cancelled}/{items.total}
            </span>
          )}
          {(step?.iterations ?? 0) > 1 ? <span>×{step?.iterations}</span> : null}
          <span className="ml-auto pl-1">
            {step === undefined ? null : <Duration from={step.started_at} to={step.ended_at} />}
          </span>
        </span>
        {items === null || items.total === 0 ? null : (
          <span aria-hidden className="absolute inset-x-0 bottom-0 flex h-1 bg-idle-ground">
            <span className="bg-good" style={{ width: `${(100 * items.succeeded) / items.total}%` }} />
            <span className="bg-bad" style={{ width: `${(100 * items.failed) / items.total}%` }} />
          </span>
        )}
      </button>
      <Handle type="source" position={Position.Bottom} className="invisible" isConnectable={false} />
    </>
  );
});
