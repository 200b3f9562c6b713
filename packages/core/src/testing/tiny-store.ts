import type { SlotRequest } from '../limits/demand.ts';
import type { Changes } from '../run/changes.ts';
import type {
  AttemptKey,
  EndedAttempt,
  LoadedRun,
  OutboxMessage,
  RunHead,
  RunOrigin,
  StepKey,
  Wait,
  Work,
} from '../run/records.ts';

/** The rows of one run, kept as a store keeps them; refuses what its constraints would refuse. */
export class TinyStore {
  readonly attempts = new Map<string, EndedAttempt>();
  readonly work = new Map<string, Work>();
  readonly waits = new Map<string, Wait>();
  readonly outbox: OutboxMessage[] = [];
  /** Slots that are asked for, or held, by holder. */
  readonly slots = new Map<string, SlotRequest & Readonly<{ taken: boolean }>>();
  readonly #origin: RunOrigin;
  readonly #input: string;
  #head: RunHead | null = null;

  constructor(origin: RunOrigin, input: string) {
    this.#origin = origin;
    this.#input = input;
  }

  apply(changes: Changes): void {
    if (changes.head !== null) this.#head = changes.head;
    for (const key of changes.workDone) this.work.delete(keyText(key));
    for (const work of changes.work) insert(this.work, keyText(work), work);
    for (const held of changes.workHeld) this.#hold(held);
    for (const attempt of changes.attempts) insert(this.attempts, keyText(attempt), attempt);
    const done = new Set(changes.waitsDone.map(waitText));
    for (const key of done) this.waits.delete(key);
    for (const wait of changes.waits) {
      if (done.has(waitText(wait))) throw new Error(`Wait ${waitText(wait)} is both set and ended.`);
      this.waits.set(waitText(wait), wait);
    }
    this.outbox.push(...changes.outbox);
    this.#applySlots(changes.slots);
  }

  #applySlots(slots: Changes['slots']): void {
    if (slots === null) return;
    const released = new Set(slots.released.map(stepText));
    for (const text of released) this.slots.delete(text);
    for (const request of slots.requests) insert(this.slots, stepText(request), { ...request, taken: false });
    for (const taken of slots.taken) {
      const row = this.slots.get(stepText(taken));
      if (row === undefined || row.request !== taken.request || row.attempt !== taken.attempt) {
        throw new Error(`Slots ${stepText(taken)} were taken, and never asked for.`);
      }
      this.slots.set(stepText(taken), { ...row, taken: true });
    }
  }

  #hold(wait: Wait): void {
    const work = this.work.get(keyText(wait));
    if (work === undefined) throw new Error(`There is no work ${keyText(wait)} to be held.`);
    if (work.worker !== null) return;
    this.work.delete(keyText(wait));
    this.slots.delete(stepText(wait));
    insert(this.waits, waitText(wait), wait);
  }

  lease(key: AttemptKey, worker: Work['worker'], leasedAt: number): void {
    const work = this.work.get(keyText(key));
    if (work !== undefined) this.work.set(keyText(key), { ...work, worker, leasedAt });
  }

  load(): LoadedRun {
    if (this.#head === null) throw new Error('The run was never committed.');
    const run = { ...this.#origin, ...this.#head, version: 1, createdAt: 0, input: this.#input };
    // A store has no order of its own: the rows come back to front.
    const rows = <Row>(map: ReadonlyMap<string, Row>) => [...map.values()].reverse();
    return { run, attempts: rows(this.attempts), work: rows(this.work), waits: rows(this.waits) };
  }
}

function insert<Row>(map: Map<string, Row>, key: string, row: Row): void {
  if (map.has(key)) throw new Error(`There is a row ${key} already.`);
  map.set(key, row);
}

const keyText = (key: AttemptKey): string => `${key.step}.${key.item}.${key.iteration}.${key.attempt}`;
const stepText = (key: StepKey): string => `${key.step}.${key.item}.${key.iteration}`;
const waitText = (key: StepKey & Readonly<{ kind: string }>): string =>
  `${key.step}.${key.item}.${key.iteration}.${key.kind}`;
