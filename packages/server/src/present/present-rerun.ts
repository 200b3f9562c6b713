import type { GivenStartingPoint, RunSummary } from '@millrace/api';
import type { RerunOf, StartingPoint } from '@millrace/core';

export const presentRerunOf = (rerunOf: RerunOf | null): RunSummary['rerun_of'] =>
  rerunOf === null ? null : { run: rerunOf.run, from: rerunOf.from.map(presentPoint) };

function presentPoint(point: StartingPoint): GivenStartingPoint {
  if (point.type !== 'step') return point.type;
  return { step: point.step, ...(point.items === null ? {} : { items: [...point.items] }) };
}

export const startingPointOf = (given: GivenStartingPoint): StartingPoint =>
  typeof given === 'string' ? { type: given } : { type: 'step', step: given.step, items: given.items ?? null };
