import type { Demand } from '../limits/demand.ts';
import type { Place } from '../values/place.ts';
import type { Plan, PlanStep } from './plan.ts';
import { type PreparedValue, prepareValue } from './prepared-value.ts';

/** A demand whose key is still a template. */
export type PreparedDemand = Readonly<{ demand: Demand; key: PreparedValue }>;

type Places = Readonly<Record<string, Place>>;
type Limits = Pick<PlanStep, 'concurrency'> & Readonly<{ rateLimit?: PlanStep['rateLimit'] }>;

/** What an attempt of the step asks for before it is launched; null: nothing, as with nearly all steps. */
export function prepareStepLimits(step: PlanStep, root: string, places: Places): readonly PreparedDemand[] | null {
  const shared = sharedLimits(step, root, places);
  if (step.queueLimit === undefined || step.lane === null) return shared.length === 0 ? null : shared;
  const { queue } = step.lane;
  const demand: Demand = { kind: 'queue', key: queue, limit: step.queueLimit };
  return [
    ...shared,
    { demand, key: { needs: { steps: new Set(), items: false }, plain: true, evaluate: () => queue } },
  ];
}

/** What a run asks for before it begins; null: nothing. */
export function prepareRunLimits(plan: Plan): readonly PreparedDemand[] | null {
  const limits = sharedLimits(plan, '', plan.places);
  return limits.length === 0 ? null : limits;
}

function sharedLimits({ concurrency, rateLimit }: Limits, root: string, places: Places): readonly PreparedDemand[] {
  const shared = (concurrency ?? []).map(({ key, limit, whenFull }, index): PreparedDemand => {
    const value = prepareValue(key, `${root}/concurrency/${index}/key`, places);
    return { demand: { kind: 'concurrency', key, limit, whenFull }, key: value };
  });
  if (rateLimit === null || rateLimit === undefined) return shared;
  const key = prepareValue(rateLimit.key, `${root}/rateLimit/key`, places);
  return [...shared, { demand: { kind: 'rate', ...rateLimit }, key }];
}
