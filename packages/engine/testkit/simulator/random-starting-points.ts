import type { LoadedRun, StartingPoint } from '@millrace/core';
import type { Random } from './random.ts';

/** From where somebody wants a run to run again: mostly what failed; or steps and items that it had, seldom others. */
export function randomStartingPoints(random: Random, { attempts }: LoadedRun): readonly StartingPoint[] {
  const points: StartingPoint[] = [];
  for (let count = random.int(1, 2); count > 0; count -= 1) {
    if (random.chance(450)) points.push({ type: random.pick(['failed', 'failed', 'changed', 'start']) });
    else points.push(randomStep(random, attempts));
  }
  return points;
}

function randomStep(random: Random, attempts: LoadedRun['attempts']): StartingPoint {
  if (attempts.length === 0 || random.chance(30)) return { type: 'step', step: 'nowhere', items: null };
  const { step, item } = random.pick(attempts);
  return { type: 'step', step: `s${step}`, items: item < 0 || random.chance(300) ? null : [item] };
}
