import type { AuditEntry } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';

/** Within it, the same refusal again is only counted. */
const windowMs = 60_000;
/** Different refusals that are told apart within a window; beyond, those of one operation and code count as the same. */
const mostDifferent = 1_000;

/**
 * Keeps whoever is refused again and again (a wrong token in a program that tries for ever, a guesser of passwords) from
 * filling the log: the first refusal goes through at once, the same ones that follow within a minute go through as one
 * entry with their count at its end.
 */
export class FoldRefusals {
  readonly #clock: Clock;
  readonly #through: (entry: AuditEntry) => void;
  readonly #windows = new Map<string, { count: number; entry: AuditEntry; readonly close: () => void }>();

  constructor(clock: Clock, through: (entry: AuditEntry) => void) {
    this.#clock = clock;
    this.#through = through;
  }

  /** Whether the entry is the first of its kind, and goes through by itself. */
  isFirst(given: AuditEntry): boolean {
    const entry = this.#windows.size < mostDifferent ? given : { ...given, ...nobody };
    const key = JSON.stringify([entry.actor, entry.address, entry.operation, entry.object, entry.code]);
    const open = this.#windows.get(key);
    if (open !== undefined) {
      open.count += 1;
      open.entry = entry;
      return false;
    }
    const end = this.#clock.after(windowMs, () => this.#close(key));
    this.#windows.set(key, { count: 0, entry, close: end });
    return true;
  }

  /** Lets go through what was counted so far. */
  flush(): void {
    for (const [key, { close }] of [...this.#windows]) {
      close();
      this.#close(key);
    }
  }

  #close(key: string): void {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window !== undefined && window.count > 0) this.#through({ ...window.entry, count: window.count });
  }
}

/** Of refusals that are too many to tell apart. */
const nobody = {
  actor: null,
  actorKind: null,
  session: null,
  apiKey: null,
  address: null,
  object: null,
  workspace: null,
};
