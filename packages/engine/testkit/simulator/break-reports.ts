import type { AttemptRef, SyncRequest, SyncResponse } from '@millrace/core';
import type { Engine } from '../../src/engine-types.ts';
import type { World } from './world.ts';

/** Hands a worker's call to a server; a broken engine changes it on the way. */
export async function reportTo(world: World, engine: Engine, request: SyncRequest): Promise<SyncResponse> {
  if (request.results.length === 0) return engine.workers.sync(request);
  if (world.breakage === 'fencing_off') return withoutFence(world, engine, request);
  if (world.breakage === 'confirmed_too_early') return confirmedEarly(engine, request);
  return engine.workers.sync(request);
}

async function confirmedEarly(engine: Engine, request: SyncRequest): Promise<SyncResponse> {
  const confirmed = request.results.map(({ result: _, ...ref }): AttemptRef => ref);
  engine.workers.sync(request).catch(() => {});
  return { sequence: 0, assignments: [], cancellations: [], confirmed, leaseMs: 1_000_000 };
}

/** A result of an attempt that ended is given for the one under way, in the name of its holder. */
async function withoutFence(world: World, engine: Engine, request: SyncRequest): Promise<SyncResponse> {
  for (const { result, ...ref } of request.results) {
    const work = world.audit.runs
      .get(ref.run)
      ?.work.find((row) => row.step === ref.step && row.item === ref.item && row.attempt > ref.attempt);
    if (work === undefined) continue;
    const worker = { ...request.worker, id: work.worker ?? request.worker.id };
    const results = [{ ...ref, attempt: work.attempt, result }];
    await engine.workers.sync({ ...request, worker, results, running: null, returned: [], received: 0 });
  }
  return engine.workers.sync(request);
}
