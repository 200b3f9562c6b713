import type { Lane, WorkerDescription } from '@millrace/core';
import { capabilitiesOf, laneKey } from '@millrace/core';

type LaneEntry = { readonly lane: Lane; waiting: boolean; generation: number };

/**
 * Which lanes exist, and which may hold ready work that nobody has leased.
 *
 * "May" is what keeps order: while older unleased work waits in a lane, new work does not overtake it. A lane counts as
 * waiting until a claim found nothing in it; a lane that was never claimed from counts as waiting too. `generation` tells
 * whether unleased work arrived while such a claim was under way.
 */
export class Lanes {
  readonly #lanes = new Map<string, LaneEntry>();

  #entry(lane: Lane): LaneEntry {
    const key = laneKey(lane);
    let entry = this.#lanes.get(key);
    if (entry === undefined) {
      entry = { lane, waiting: true, generation: 0 };
      this.#lanes.set(key, entry);
    }
    return entry;
  }

  add(lanes: readonly Lane[]): void {
    for (const lane of lanes) this.#entry(lane);
  }

  isWaiting(lane: Lane): boolean {
    return this.#entry(lane).waiting;
  }

  workArrived(lane: Lane): void {
    const entry = this.#entry(lane);
    entry.waiting = true;
    entry.generation += 1;
  }

  /** Another server put work into a lane of this key. False: the lane is not known here yet. */
  workArrivedByKey(key: string): boolean {
    const entry = this.#lanes.get(key);
    if (entry === undefined) return false;
    entry.waiting = true;
    entry.generation += 1;
    return true;
  }

  /** Nothing is certain any more: look into every lane again. */
  suspectAll(): void {
    for (const entry of this.#lanes.values()) entry.waiting = true;
  }

  /** The waiting lanes that a worker may take from, with a way to say that a claim found them empty. */
  waitingFor(worker: WorkerDescription): Readonly<{ lanes: readonly Lane[]; foundEmpty: () => void }> {
    const entries = [...this.#lanes.values()].filter((entry) => entry.waiting && serves(worker, entry.lane));
    const generations = entries.map((entry) => entry.generation);
    return {
      lanes: entries.map((entry) => entry.lane),
      foundEmpty() {
        entries.forEach((entry, index) => {
          if (entry.generation === generations[index]) entry.waiting = false;
        });
      },
    };
  }
}

/** Whether a worker may take work of a lane: it serves the queue, has every capability and label that is asked for. */
export function serves(worker: WorkerDescription, lane: Lane): boolean {
  return (
    (worker.queues.includes(lane.queue) || worker.queues.includes('*')) &&
    hasCapability(worker, lane) &&
    lane.labels.every((label) => worker.labels.includes(label))
  );
}

/** Asked for each new attempt and worker: most lanes ask for one capability, and nothing is made for these. */
function hasCapability({ capabilities }: WorkerDescription, lane: Lane): boolean {
  if ((capabilities as readonly string[]).includes(lane.capability)) return true;
  return lane.capability.includes('+') && capabilitiesOf(lane).every((one) => capabilities.includes(one));
}
