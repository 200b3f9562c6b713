import { capabilitiesOf, type Lane, laneKey, type WorkerDescription } from '@millrace/core';
import { mayServe, serves } from '../dispatch/lanes.ts';
import type { NearestWorker, WorkerSearch } from './explanation.ts';
import type { Facts } from './facts.ts';

/** Looks for a worker that could take the work of a lane. Each lane is looked at once, however many attempts wait in it. */
export function createWorkerSearch({ workers, stopping, lanes, now }: Facts): (lane: Lane) => WorkerSearch {
  const living = workers.filter(({ leaseUntil }) => leaseUntil > now);
  const known = new Map<string, WorkerSearch>();
  const ready = new Map(
    lanes.map(({ workspace, queue, capability, labels, ready: count }) => [
      laneKey({
        ...(workspace === null ? {} : { workspace }),
        queue,
        capability: capability as Lane['capability'],
        labels,
      }),
      count,
    ]),
  );

  const search = (lane: Lane): WorkerSearch => {
    const matching = living.filter(({ worker }) => serves(worker, lane));
    const leaving = matching.filter(({ worker }) => stopping.has(worker.id));
    const staying = matching.filter(({ worker }) => !stopping.has(worker.id));
    const draining = staying.filter(({ drainingSince }) => drainingSince !== null);
    const taking = staying.filter(({ drainingSince }) => drainingSince === null);
    return {
      queue: lane.queue,
      capability: lane.capability,
      labels: lane.labels,
      ready: ready.get(laneKey(lane)) ?? 0,
      connected: living.length,
      matching: matching.length,
      busy: taking.filter(({ worker, held }) => held >= worker.slots).length,
      stopping: leaving.length,
      draining: draining.map(({ worker: { id, name } }) => ({ worker: id, name })),
      nearest:
        matching.length > 0
          ? null
          : nearestOf(
              living.map(({ worker }) => worker),
              lane,
            ),
    };
  };

  return (lane) => {
    const key = laneKey(lane);
    const found = known.get(key) ?? search(lane);
    known.set(key, found);
    return found;
  };
}

/** The worker that lacks least. */
function nearestOf(workers: readonly WorkerDescription[], lane: Lane): NearestWorker | null {
  let best: NearestWorker | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const worker of workers) {
    const found: NearestWorker = {
      worker: worker.id,
      name: worker.name,
      lacksWorkspace: !mayServe(worker, lane),
      lacksQueue: !worker.queues.includes(lane.queue) && !worker.queues.includes('*'),
      lacksCapabilities: capabilitiesOf(lane).filter((one) => !worker.capabilities.includes(one)),
      lacksLabels: lane.labels.filter((label) => !worker.labels.includes(label)),
    };
    const cost = costOf(found);
    if (cost < bestCost) {
      best = found;
      bestCost = cost;
    }
  }
  return best;
}

/** A label is easier to give to a worker than a capability, and what it may serve it has from the token that it joined with. */
const costOf = ({ lacksWorkspace, lacksQueue, lacksCapabilities, lacksLabels }: NearestWorker): number =>
  (lacksWorkspace ? 1_000 : 0) + lacksCapabilities.length * 1_000 + (lacksQueue ? 10 : 0) + lacksLabels.length * 10;
