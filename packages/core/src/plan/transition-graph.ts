import type { Plan, PlanStep } from './plan.ts';

/** A way into a step: one mention of it in `do` of a transition. */
export type InboundEdge = Readonly<{ from: number; transition: number }>;

export type EngineTarget = 'noop' | 'fail' | 'succeed';

/** Where a transition leads: to the engine, or by `edge` (an index into the step's inbound edges) to a step. */
export type TransitionTarget = EngineTarget | Readonly<{ step: number; edge: number }>;

/** The edges of a plan's transitions, by the numbers of steps. */
export type TransitionGraph = Readonly<{
  /** Whether the plan has transitions at all. */
  any: boolean;
  inbound(step: number): readonly InboundEdge[];
  /** The steps whose transitions name this one, each once. */
  sources(step: number): readonly number[];
  /** The targets of a step's transitions, in written order. */
  targets(step: number): readonly (readonly TransitionTarget[])[];
  /** Steps entered by transitions that others depend on. */
  awaited: readonly number[];
}>;

const engineTargets: ReadonlySet<string> = new Set<EngineTarget>(['noop', 'fail', 'succeed']);

const isEngineTarget = (name: string): name is EngineTarget => engineTargets.has(name);

export function transitionGraph(plan: Plan, numbers: ReadonlyMap<string, number>): TransitionGraph {
  const inbound = new Map<number, InboundEdge[]>();
  const sources = new Map<number, number[]>();
  const targets = new Map<number, readonly (readonly TransitionTarget[])[]>();
  const edgeTo = (step: number, edge: InboundEdge): TransitionTarget => {
    const edges = inbound.get(step) ?? [];
    edges.push(edge);
    inbound.set(step, edges);
    const known = sources.get(step) ?? [];
    if (known.at(-1) !== edge.from) known.push(edge.from);
    sources.set(step, known);
    return { step, edge: edges.length - 1 };
  };
  for (const { index, next } of plan.steps) {
    if (next.length === 0) continue;
    const own = next.map((transition, number) =>
      transition.do.flatMap((name): readonly TransitionTarget[] => {
        if (isEngineTarget(name)) return [name];
        const step = numbers.get(name);
        return step === undefined ? [] : [edgeTo(step, { from: index, transition: number })];
      }),
    );
    targets.set(index, own);
  }
  return {
    any: targets.size > 0,
    inbound: (step) => inbound.get(step) ?? [],
    sources: (step) => sources.get(step) ?? [],
    targets: (step) => targets.get(step) ?? [],
    awaited: plan.steps.filter(isAwaited).map((step) => step.index),
  };
}

const isAwaited = ({ entry, dependants }: PlanStep): boolean => entry === 'transitions' && dependants.length > 0;
