import type { Capability, Lane, LaneCapability } from './plan.ts';

/** One text for several capabilities that a lane asks for together, whatever their order. */
export function allOf(capabilities: readonly Capability[]): LaneCapability {
  return [...new Set(capabilities)].sort().join('+') as LaneCapability;
}

/** Everything that a worker must be able to do to take work of a lane. */
export function capabilitiesOf({ capability }: Pick<Lane, 'capability'>): readonly Capability[] {
  return capability.split('+') as Capability[];
}
