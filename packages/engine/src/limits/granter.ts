// Slots: how limits that runs share are kept.
//
//   commit: asks for slots ──┐                                     ┌▶ slots_granted ─▶ commit: takes them, begins
//   commit: lets slots go ───┴▶ granter: store.slots.grant(keys) ──┼▶ slots_refused ─▶ commit: skips, ends
//                                    ▲                             ├▶ cancel (the run that `cancel_oldest` is about)
//                                    └── when a rate has room ◀────┘
//
// Model. A holder is a run, a step run or an item. A commit that lets one wait at the gate of the limits writes its request: a
// slot for each limit, all waiting. A look at a key (`grant`) decides on its line, all slots of a request together, and writes
// the verdict. The verdict is told to the run as a command; the commit that acts on it takes the slots. The commit that ends
// or withdraws a holder frees its slots in the same transaction, whatever state they are in, and says which limits these were.
//
// Who looks. The server whose commit asked or freed looks right after it; no other needs a hint, as a look may be made
// anywhere and the verdict may be told by anyone. If that server dies in between, the loop of another looks (limit-loop.ts).
// So a request is looked at after whatever could give it room: its own commit, a slot that was freed, a rate's window that
// moved on. A grant itself gives room to nobody.
//
// Invariants. Never more holders than the limit of whoever was let in last: looks at one workspace are made one after the
// other, and commits only ask and free. No slot outlives its holder: they end in one commit. No request waits for ever: places
// are kept in order, circles are broken (`untangle`), and every verdict is told until a commit has acted on it.
//
// Failure. A look that fails is made again by the loop, and so is telling. A verdict told twice, or after the holder has gone
// on, is refused as stale: requests of one holder have different names. Slots that nobody holds any more cannot come about; a
// loop looks for them all the same, frees them and reports it as the bug that it is.
import { type KeptResults, type LimitKey, type RunId, unreachable } from '@millrace/core';
import type { Settled } from '../commit/aggregate.ts';
import type { RunDriver } from '../commit/run-driver.ts';
import type { Clock } from '../ports/clock.ts';
import type { GrantOutcome, SlotStore, SlotVerdict } from '../ports/slot-store.ts';

export type GranterOptions = Readonly<{
  slots: SlotStore;
  clock: Clock;
  driver(): RunDriver;
  /** What a run takes over when it begins; undefined: nothing. */
  keptOf(run: RunId): Promise<KeptResults | undefined>;
  onError(error: unknown, where: string): void;
}>;

type Keys = Map<string, Omit<LimitKey, 'workspace'>>;

/** Looks at the keys that commits of this server have touched, and tells the verdicts. Many touches become one look. */
export class Granter {
  readonly #options: GranterOptions;
  readonly #touched = new Map<string, Keys>();
  readonly #alarms = new Map<string, () => void>();
  #looking: Promise<void> | null = null;
  #stopped = false;

  constructor(options: GranterOptions) {
    this.#options = options;
  }

  /** Somebody waits for these limits, or they have room now: look at them soon. */
  touch(limits: readonly LimitKey[]): void {
    for (const { workspace, kind, key } of limits) {
      let keys = this.#touched.get(workspace);
      if (keys === undefined) {
        keys = new Map();
        this.#touched.set(workspace, keys);
      }
      keys.set(`${kind} ${key}`, { kind, key });
    }
    this.#look();
  }

  /** Tells what was decided. Resolves when all of it is settled. */
  async tell({ verdicts, cancels }: Pick<GrantOutcome, 'verdicts' | 'cancels'>): Promise<void> {
    const driver = this.#options.driver();
    await Promise.all([
      ...verdicts.map((verdict) => this.#tellOne(verdict)),
      ...cancels.map(async ({ run, key, by }) => {
        const reason = `Run ${by} takes the place of the oldest holder of the key ${key} (when_full: cancel_oldest).`;
        this.#check(await driver.send(run, { type: 'cancel', by: 'limits', reason, force: false }));
      }),
    ]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#alarms.values()) cancel();
    this.#alarms.clear();
    await this.#looking;
  }

  #look(): void {
    if (this.#stopped || this.#looking !== null) return;
    // The rest of this turn may touch more keys; they share the look.
    const looking = Promise.resolve().then(() => this.#lookUntilDone());
    this.#looking = looking.finally(() => {
      this.#looking = null;
      if (this.#touched.size > 0) this.#look();
    });
  }

  async #lookUntilDone(): Promise<void> {
    for (const [workspace, keys] of this.#touched) {
      this.#touched.delete(workspace);
      const wanted = [...keys.values()];
      try {
        const outcome = await this.#options.slots.grant(workspace, wanted);
        if (outcome.wakeAt !== null) this.#wake(workspace, wanted, outcome.wakeAt);
        // Not waited for: what becomes of the verdicts may touch further keys, which come next.
        this.tell(outcome).catch((error) => this.#options.onError(error, 'slots; they are told again'));
      } catch (error) {
        this.#options.onError(error, 'slots; the loop looks again');
      }
    }
  }

  /** A rate has room then. One alarm for each workspace and set of keys is enough: each look sets the next. */
  #wake(workspace: string, keys: readonly Omit<LimitKey, 'workspace'>[], at: number): void {
    const { clock } = this.#options;
    const limits = keys.map(({ kind, key }) => ({ workspace, kind, key }));
    const name = JSON.stringify([workspace, ...keys.map(({ kind, key }) => [kind, key])]);
    this.#alarms.get(name)?.();
    // One millisecond more: clocks here and in the store are cut and rounded differently.
    const cancel = clock.after(Math.max(0, at - clock.now()) + 1, () => {
      this.#alarms.delete(name);
      this.touch(limits);
    });
    this.#alarms.set(name, cancel);
  }

  async #tellOne(verdict: SlotVerdict): Promise<void> {
    const { run, request, ...key } = verdict.ref;
    const { keptOf } = this.#options;
    const driver = this.#options.driver();
    const kept = verdict.granted && key.step === -1 ? await keptOf(run) : undefined;
    this.#check(
      verdict.granted
        ? await driver.send(run, { type: 'slots_granted', key, request, ...(kept === undefined ? {} : { kept }) })
        : await driver.send(run, {
            type: 'slots_refused',
            key,
            request,
            reason: verdict.reason,
            limit: verdict.key,
            by: verdict.by,
          }),
    );
  }

  /** Refused: the run has acted on it already, or has gone on. */
  #check(settled: Settled): void {
    switch (settled.kind) {
      case 'failed':
        throw settled.error;
      case 'applied':
      case 'rejected':
      case 'not_found':
      case 'exists':
        return;
      default:
        unreachable(settled);
    }
  }
}
