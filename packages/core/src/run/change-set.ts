import type { SlotRequest } from '../limits/demand.ts';
import type { Changes, SlotChanges } from './changes.ts';
import type {
  AttemptKey,
  CachedOutput,
  EndedAttempt,
  OutboxMessage,
  RunHead,
  StepKey,
  Wait,
  WaitKind,
  Work,
} from './records.ts';

const none: readonly never[] = [];

type WaitKey = StepKey & Readonly<{ kind: WaitKind }>;

/**
 * Gathers the rows that one or more decisions on one run change, for one commit. Adding costs the same however many are
 * in it already, so a host may fold hundreds of commands into one commit.
 *
 * Work or a wait that is set and ended within the set never reaches the store. A wait's key stands in `waits` or in
 * `waitsDone`, never in both: one that is ended and set again is overwritten.
 */
export class ChangeSet {
  // A decision changes few kinds of rows, and there are many decisions: nothing is made before it is needed.
  #head: RunHead | null = null;
  #attempts: EndedAttempt[] | null = null;
  #work: Map<string, Work> | null = null;
  #workDone: AttemptKey[] | null = null;
  #workCancelled: AttemptKey[] | null = null;
  /** Waits in the place of work that was ready before the set. */
  #workHeld: Map<string, Wait> | null = null;
  #waits: Map<string, Wait> | null = null;
  #waitsDone: Map<string, WaitKey> | null = null;
  /** Waits that were ended and set again within the set. */
  #replaced: Set<string> | null = null;
  #outbox: OutboxMessage[] | null = null;
  #cached: CachedOutput[] | null = null;
  /** Positions of `start_child` messages in the outbox. */
  #children: Map<string, number> | null = null;
  #withdrawn: Set<number> | null = null;
  #slots: SlotSet | null = null;

  setHead(head: RunHead): void {
    this.#head = head;
  }

  endAttempt(attempt: EndedAttempt): void {
    this.#attempts ??= [];
    this.#attempts.push(attempt);
  }

  addWork(work: Work): void {
    this.#work ??= new Map();
    this.#work.set(attemptText(work), work);
  }

  /** Work whose attempt ended, or that is withdrawn. */
  endWork(key: AttemptKey): void {
    if (this.#work?.delete(attemptText(key)) === true) return;
    this.#workDone ??= [];
    this.#workDone.push({ step: key.step, item: key.item, iteration: key.iteration, attempt: key.attempt });
  }

  cancelWork(key: AttemptKey): void {
    this.#workCancelled ??= [];
    this.#workCancelled.push({ step: key.step, item: key.item, iteration: key.iteration, attempt: key.attempt });
  }

  /** Withdraws work that nobody holds: `held` takes its place, unless somebody has taken the work by then. */
  holdWork(held: Wait): void {
    if (this.#work?.delete(attemptText(held)) === true) {
      if (this.#slots !== null) this.releaseSlots(held);
      this.setWait(held);
      return;
    }
    this.#workHeld ??= new Map();
    this.#workHeld.set(waitText(held), held);
  }

  setWait(wait: Wait): void {
    const text = waitText(wait);
    if (this.#waitsDone?.delete(text) === true) {
      this.#replaced ??= new Set();
      this.#replaced.add(text);
    }
    this.#waits ??= new Map();
    this.#waits.set(text, wait);
  }

  endWait(key: WaitKey): void {
    const text = waitText(key);
    const held = this.#workHeld?.get(text);
    if (held !== undefined) {
      // Withdrawn and launched again within the set: the work that was stored is over, whatever has been added since.
      this.#workHeld?.delete(text);
      this.#workDone ??= [];
      this.#workDone.push({ step: held.step, item: held.item, iteration: held.iteration, attempt: held.attempt });
      return;
    }
    const unsaved = this.#waits?.get(text);
    this.#waits?.delete(text);
    if (unsaved !== undefined && !this.#mayBeStored(text, unsaved)) return;
    this.#waitsDone ??= new Map();
    this.#waitsDone.set(text, { step: key.step, item: key.item, iteration: key.iteration, kind: key.kind });
  }

  /**
   * Whether a wait of the set took the place of a stored one, which then still has to go: that of an earlier attempt, one
   * that was ended within the set, or the same one before something was noted in it, its body began, or the worker of a
   * local run said that it stops as it was asked to.
   */
  #mayBeStored(text: string, { attempt, kind, step }: Wait): boolean {
    if (kind === 'cancel_grace' && step === -1) return true;
    if (attempt > 1 || kind === 'approval' || kind === 'event' || kind === 'local') return true;
    return this.#replaced?.has(text) === true;
  }

  send(message: OutboxMessage): void {
    this.#outbox ??= [];
    if (message.kind === 'start_child') {
      this.#children ??= new Map();
      this.#children.set(attemptText(message.from), this.#outbox.length);
    }
    this.#outbox.push(message);
  }

  /**
   * Takes back the start of a child run that was decided within the set. False: it is not in it, so it may run
   * already.
   */
  withdrawChild(from: AttemptKey): boolean {
    const position = this.#children?.get(attemptText(from));
    if (position === undefined) return false;
    this.#children?.delete(attemptText(from));
    this.#withdrawn ??= new Set();
    this.#withdrawn.add(position);
    return true;
  }

  requestSlots(request: SlotRequest): void {
    this.#slots ??= newSlotSet();
    this.#slots.requests.set(stepText(request), request);
  }

  /** The run acts on what was decided of a request. */
  takeSlots(request: Taken): void {
    this.#slots ??= newSlotSet();
    this.#slots.taken.set(stepText(request), request);
  }

  /** The holder lets go of all that it has, and asks no more. */
  releaseSlots({ step, item, iteration }: StepKey): void {
    this.#slots ??= newSlotSet();
    const key = { step, item, iteration };
    const text = stepText(key);
    this.#slots.requests.delete(text);
    this.#slots.taken.delete(text);
    this.#slots.released.set(text, key);
  }

  putInCache(cached: CachedOutput): void {
    this.#cached ??= [];
    this.#cached.push(cached);
  }

  /** Adds what a later decision changes. */
  add(changes: Changes): void {
    if (changes.head !== null) this.#head = changes.head;
    for (const attempt of changes.attempts) this.endAttempt(attempt);
    for (const key of changes.workDone) this.endWork(key);
    for (const work of changes.work) this.addWork(work);
    for (const held of changes.workHeld) this.holdWork(held);
    for (const key of changes.workCancelled) this.cancelWork(key);
    for (const key of changes.waitsDone) this.endWait(key);
    for (const wait of changes.waits) this.setWait(wait);
    for (const message of changes.outbox) this.send(message);
    for (const key of changes.slots?.released ?? []) this.releaseSlots(key);
    for (const taken of changes.slots?.taken ?? []) this.takeSlots(taken);
    for (const request of changes.slots?.requests ?? []) this.requestSlots(request);
    for (const cached of changes.cached) this.putInCache(cached);
  }

  toChanges(): Changes {
    return {
      head: this.#head,
      attempts: this.#attempts ?? none,
      work: valuesOf(this.#work),
      workDone: this.#workDone ?? none,
      workHeld: valuesOf(this.#workHeld),
      workCancelled: this.#workCancelled ?? none,
      waits: valuesOf(this.#waits),
      waitsDone: valuesOf(this.#waitsDone),
      outbox: this.#messages(),
      slots: this.#slots === null ? null : slotChanges(this.#slots),
      cached: this.#cached ?? none,
    };
  }

  #messages(): readonly OutboxMessage[] {
    const withdrawn = this.#withdrawn;
    const messages = this.#outbox ?? none;
    return withdrawn === null ? messages : messages.filter((_, position) => !withdrawn.has(position));
  }
}

/** Both decisions' changes as one. To fold many, keep a `ChangeSet` and `add` to it. */
export function mergeChanges(earlier: Changes, later: Changes): Changes {
  const set = new ChangeSet();
  set.add(earlier);
  set.add(later);
  return set.toChanges();
}

export function isNothing(changes: Changes): boolean {
  return (
    changes.head === null &&
    changes.attempts.length === 0 &&
    changes.work.length === 0 &&
    changes.workDone.length === 0 &&
    changes.workHeld.length === 0 &&
    changes.workCancelled.length === 0 &&
    changes.waits.length === 0 &&
    changes.waitsDone.length === 0 &&
    changes.outbox.length === 0 &&
    changes.slots === null &&
    changes.cached.length === 0
  );
}

type Taken = SlotChanges['taken'][number];
type SlotSet = Readonly<{
  requests: Map<string, SlotRequest>;
  taken: Map<string, Taken>;
  released: Map<string, StepKey>;
}>;

const valuesOf = <Value>(map: ReadonlyMap<string, Value> | null): readonly Value[] =>
  map === null || map.size === 0 ? none : [...map.values()];

const newSlotSet = (): SlotSet => ({ requests: new Map(), taken: new Map(), released: new Map() });

const slotChanges = ({ requests, taken, released }: SlotSet): SlotChanges => ({
  requests: [...requests.values()],
  taken: [...taken.values()],
  released: [...released.values()],
});

const stepText = (key: StepKey): string => `${key.step}.${key.item}.${key.iteration}`;
const attemptText = (key: AttemptKey): string => `${key.step}.${key.item}.${key.iteration}.${key.attempt}`;
const waitText = (key: WaitKey): string => `${key.step}.${key.item}.${key.iteration}.${key.kind}`;
