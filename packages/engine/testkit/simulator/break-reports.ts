import type { AttemptRef, SyncRequest, SyncResponse } from '@millrace/core';
import type { Engine } from '../../src/engine-types.ts';
import { controlOf } from './run-checks.ts';
import type { World } from './world.ts';

/** Hands a worker's call to a server; a broken engine changes it on the way. */
export async function reportTo(world: World, engine: Engine, request: SyncRequest): Promise<SyncResponse> {
  if (world.breakage === 'local_fence_off') return withoutLocalFence(world, engine, request);
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

/** Entries count whatever was applied already, in the name of whoever carries the run out now. */
async function withoutLocalFence(world: World, engine: Engine, request: SyncRequest): Promise<SyncResponse> {
  for (const report of request.reports ?? []) {
    const loaded = world.audit.runs.get(report.run);
    const own = loaded?.work.find(({ step }) => step === -1);
    const from = loaded === undefined ? 0 : (controlOf(loaded.run).local?.applied ?? 0);
    if (own === undefined || (own.attempt === report.attempt && from === report.from)) continue;
    const worker = { ...request.worker, id: own.worker ?? request.worker.id };
    const reports = [{ ...report, attempt: own.attempt, from }];
    await engine.workers.sync({ ...request, worker, results: [], reports, running: null, returned: [], received: 0 });
  }
  return engine.workers.sync(request);
}
