import { isUnlimitedReach, isWithinReach, type RunId, reachOf, runObject } from '@millrace/core';
import type { Actor, Engine } from '@millrace/engine';
import { objectOfRun } from './operation-objects.ts';
import { forbidden } from './refusals.ts';

/** Throws `forbidden` for those who may not read a run that is there, or that they are about to start. */
export async function mayReadRun(
  engine: Engine,
  actor: Actor,
  run: RunId | Parameters<typeof runObject>[0],
): Promise<void> {
  const reach = reachOf(actor.authority, 'run:read');
  if (isUnlimitedReach(reach)) return;
  const object = typeof run === 'string' ? await objectOfRun(engine, run) : runObject(run);
  if (object !== null && !isWithinReach(reach, object)) throw await forbidden(engine, actor, 'run:read', object);
}

/** Keeps of what belongs to runs that whose run somebody may read. */
export async function keepReadRuns<Item extends Readonly<{ run: RunId }>>(
  engine: Engine,
  actor: Actor,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const reach = reachOf(actor.authority, 'run:read');
  if (isUnlimitedReach(reach)) return items;
  const objects = await Promise.all(items.map(({ run }) => objectOfRun(engine, run)));
  return items.filter((_, index) => {
    const object = objects[index];
    return object !== null && object !== undefined && isWithinReach(reach, object);
  });
}
