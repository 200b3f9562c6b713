import type { Plan, PlanStep } from './plan.ts';

type EngineTarget = 'noop' | 'fail' | 'succeed';

/** Where a transition leads: to the engine, or to a step, of whose sources this one is number `source`. */
export type TransitionTarget = EngineTarget | Readonly<{ step: number; source: number }>;

/** The edges of a plan's transitions, by the numbers of steps. */
export type TransitionGraph = Readonly<{
  /** Whether the plan has transitions at all. */
  any: boolean;
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
  const sources = new Map<number, number[]>();
  const targets = new Map<number, readonly (readonly TransitionTarget[])[]>();
  const edgeTo = (step: number, from: number): TransitionTarget => {
    const known = sources.get(step) ?? [];
    if (known.at(-1) !== from) known.push(from);
    sources.set(step, known);
    return { step, source: known.length - 1 };
  };
  for (const { index, next } of plan.steps) {
    if (next.length === 0) continue;
    const own = next.map((transition) =>
      transition.do.flatMap((name): readonly TransitionTarget[] => {
        if (isEngineTarget(name)) return [name];
        const step = numbers.get(name);
        return step === undefined ? [] : [edgeTo(step, index)];
      }),
    );
    targets.set(index, own);
  }
  return {
    any: targets.size > 0,
    sources: (step) => sources.get(step) ?? [],
    targets: (step) => targets.get(step) ?? [],
    awaited: plan.steps.filter(isAwaited).map((step) => step.index),
  };
}

const isAwaited = ({ entry, dependants }: PlanStep): boolean => entry === 'transitions' && dependants.length > 0;
