// Which lanes exist, which of them have ready work that nobody has leased, and whose turn it is.
//
// Order: while a lane has a *backlog*, older work for which no worker had room, new work does not overtake it. There is none
// when a claim got less than it wanted, or a look at the store (`readyLanes`) did not name the lane; a lane that was never
// looked at, or not since everything was suspected, may have one. Work that arrives while somebody claims is no backlog: the
// next claim finds it, and until then the lane is *waiting*, but what becomes ready is leased at once. (If it were not, it would
// have to be claimed as well, with more arriving meanwhile: once behind, a busy server would claim each single attempt.)
//
// Fairness: lanes of one queue of one workspace are a share of the workers. Shares stand in the order in which they were
// served, the one that has waited for longest first; whoever is served goes to the end. A claim is given the first few.
// Each server keeps its own order: together they serve everybody, each in turns.
import type { Lane, WorkerDescription } from '@millrace/core';
import { capabilitiesOf, laneKey, shareOf } from '@millrace/core';

type LaneEntry = {
  readonly lane: Lane;
  readonly share: string;
  /** It has, or may have, ready work: claim from it. */
  waiting: boolean;
  /** Nobody had room for what it has: what becomes ready must not overtake it. */
  backlog: boolean;
  /** Counts the times that unleased work arrived, to tell whether some did while somebody looked. */
  generation: number;
  /** The suspicion after which it was last known. */
  known: number;
};

/** What a look at the store began with; says what it found. */
export type LaneLook = Readonly<{ found(ready: readonly Lane[]): void }>;

/** Some lanes of the shares whose turn it is, with what a claim made of them. */
export type LaneTurn = Readonly<{
  lanes: readonly Lane[];
  /** These lanes had something, in this order; `all`: and the claim got less than it wanted, so nothing is left in any of them. */
  served(lanes: readonly Lane[], all: boolean): void;
}>;

export class Lanes {
  readonly #lanes = new Map<string, LaneEntry>();
  /** Waiting lanes by share; the shares in the order in which they are served. */
  readonly #shares = new Map<string, Set<LaneEntry>>();
  #suspicion = 1;

  #entry(lane: Lane): LaneEntry {
    const key = laneKey(lane);
    let entry = this.#lanes.get(key);
    if (entry === undefined) {
      entry = { lane, share: shareOf(lane), waiting: false, backlog: false, generation: 0, known: 0 };
      this.#lanes.set(key, entry);
    }
    return entry;
  }

  add(lanes: readonly Lane[]): void {
    for (const lane of lanes) this.#entry(lane);
  }

  /** Whether older work may stand in the lane that nobody has room for. */
  hasBacklog(lane: Lane): boolean {
    const entry = this.#entry(lane);
    return entry.backlog || entry.known < this.#suspicion;
  }

  /** Work became ready for which no worker here has room. */
  noRoom(lane: Lane): void {
    this.#entry(lane).backlog = true;
  }

  workArrived(lane: Lane): void {
    this.#arrived(this.#entry(lane));
  }

  /** Another server put work into a lane of this key. False: the lane is not known here yet. */
  workArrivedByKey(key: string): boolean {
    const entry = this.#lanes.get(key);
    if (entry === undefined) return false;
    this.#arrived(entry);
    return true;
  }

  #arrived(entry: LaneEntry): void {
    entry.generation += 1;
    this.#wait(entry);
  }

  /** Nothing is certain any more: no lane is clear before somebody has looked. */
  suspectAll(): void {
    this.#suspicion += 1;
  }

  /** Begins a look at the store. */
  look(): LaneLook {
    const suspicion = this.#suspicion;
    const generations = new Map([...this.#lanes.values()].map((entry) => [entry, entry.generation]));
    return {
      found: (ready) => {
        const named = new Set(ready.map((lane) => this.#entry(lane)));
        for (const entry of named) {
          entry.backlog = true;
          this.#wait(entry);
        }
        for (const [entry, generation] of generations) {
          entry.known = Math.max(entry.known, suspicion);
          if (!named.has(entry) && entry.generation === generation) this.#clear(entry);
        }
      },
    };
  }

  /** The waiting lanes that a worker may take from, of at most so many shares. */
  turnOf(worker: WorkerDescription, mostShares: number): LaneTurn {
    const entries: LaneEntry[] = [];
    let shares = 0;
    for (const waiting of this.#shares.values()) {
      const served = [...waiting].filter(({ lane }) => serves(worker, lane));
      if (served.length === 0) continue;
      entries.push(...served);
      shares += 1;
      if (shares === mostShares) break;
    }
    const generations = entries.map((entry) => entry.generation);
    const suspicion = this.#suspicion;
    return {
      lanes: entries.map(({ lane }) => lane),
      served: (lanes, all) => {
        const served = new Set(lanes.map((lane) => this.#entry(lane)));
        for (const { share } of served) this.#toTheEnd(share);
        if (!all) {
          for (const entry of served) entry.backlog = true;
          return;
        }
        entries.forEach((entry, index) => {
          entry.backlog = false;
          entry.known = Math.max(entry.known, suspicion);
          if (entry.generation === generations[index]) this.#clear(entry);
        });
      },
    };
  }

  #wait(entry: LaneEntry): void {
    if (entry.waiting) return;
    entry.waiting = true;
    const share = this.#shares.get(entry.share);
    if (share === undefined) this.#shares.set(entry.share, new Set([entry]));
    else share.add(entry);
  }

  /** A share that has nothing left loses its place: when it comes back, it stands behind those that wait. */
  #clear(entry: LaneEntry): void {
    entry.backlog = false;
    if (!entry.waiting) return;
    entry.waiting = false;
    const share = this.#shares.get(entry.share);
    share?.delete(entry);
    if (share?.size === 0) this.#shares.delete(entry.share);
  }

  #toTheEnd(name: string): void {
    const share = this.#shares.get(name);
    if (share === undefined) return;
    this.#shares.delete(name);
    this.#shares.set(name, share);
  }
}

/** Whether a worker may take work of a lane: it serves the workspace and queue, has every capability and label that is asked for. */
export function serves(worker: WorkerDescription, lane: Lane): boolean {
  return (
    mayServe(worker, lane) &&
    (worker.queues.includes(lane.queue) || worker.queues.includes('*')) &&
    hasCapability(worker, lane) &&
    lane.labels.every((label) => worker.labels.includes(label))
  );
}

/** A worker that is bound to workspaces takes no work of which nobody knows whose it is. */
export const mayServe = ({ workspaces }: WorkerDescription, { workspace }: Lane): boolean =>
  workspaces === undefined || (workspace !== undefined && workspaces.includes(workspace));

/** Asked for each new attempt and worker: most lanes ask for one capability, and nothing is made for these. */
function hasCapability({ capabilities }: WorkerDescription, lane: Lane): boolean {
  if ((capabilities as readonly string[]).includes(lane.capability)) return true;
  return lane.capability.includes('+') && capabilitiesOf(lane).every((one) => capabilities.includes(one));
}
