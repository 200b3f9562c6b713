// How entries get into the log. Entries that arrive while others are being stored are stored together afterwards, in the
// order in which they came: a lone entry waits for nothing, and many cost one statement. Entries that nobody waits for are
// gathered for a moment first, so that what is done all the time costs no round trip and few statements.
//
// A store that fails is asked again until it works or the server stops; what arrives meanwhile waits, up to a bound. What
// does not fit is lost, and an entry says how many. An append whose answer was lost may have happened: then its entries are
// there twice, which is better than never.
import type { AuditDocument, AuditStore } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';

const batch = 200;
const retryMs = 1_000;
/** How long entries that nobody waits for are gathered: what a server that is killed loses of them. */
const gatherMs = 50;

export type AuditWriterOptions = Readonly<{
  audit: AuditStore;
  clock: Clock;
  /** How many entries may wait. */
  most: number;
  /** The entry that says how many were lost. */
  lostEntry(count: number): AuditDocument;
  onError(error: unknown, where: string): void;
}>;

type Waiting = Readonly<{ document: AuditDocument; gather: boolean; stored: (stored: boolean) => void }>;

export class AuditWriter {
  readonly #options: AuditWriterOptions;
  #waiting: Waiting[] = [];
  #lost = 0;
  #writing: Promise<void> | null = null;
  /** Calls off the end of the gathering that is under way. */
  #gathering: (() => void) | null = null;
  #stopping = false;
  #endPause: (() => void) | null = null;

  constructor(options: AuditWriterOptions) {
    this.#options = options;
  }

  /** Resolves when it is stored; false: it was lost. Never rejects. `gather`: it may wait for others to go with it. */
  record(document: AuditDocument, gather = false): Promise<boolean> {
    if (this.#waiting.length >= this.#options.most) {
      this.#lost += 1;
      return Promise.resolve(false);
    }
    return new Promise((stored) => {
      this.#waiting.push({ document, gather, stored });
      if (this.#isDue()) this.#begin();
      else if (this.#writing === null) this.#gather();
    });
  }

  /** Stores what waits; a store that fails now loses it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#endPause?.();
    if (this.#waiting.length > 0) this.#begin();
    await this.#writing;
  }

  #isDue(): boolean {
    return this.#stopping || this.#waiting.length >= batch || this.#waiting.some(({ gather }) => !gather);
  }

  #gather(): void {
    this.#gathering ??= this.#options.clock.after(gatherMs, () => this.#begin());
  }

  #begin(): void {
    this.#gathering?.();
    this.#gathering = null;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // The caller's own work goes first, and what it records besides comes along.
    await Promise.resolve();
    do {
      const taken = this.#waiting.slice(0, batch);
      const lost = this.#lost;
      const documents = taken.map(({ document }) => document);
      if (lost > 0) documents.push(this.#options.lostEntry(lost));
      try {
        await this.#options.audit.append(documents);
        this.#waiting = this.#waiting.slice(taken.length);
        this.#lost -= lost;
        for (const { stored } of taken) stored(true);
      } catch (error) {
        this.#options.onError(error, 'appending to the audit log; it is tried again');
        if (this.#stopping) this.#giveUp();
        else await this.#pause();
      }
    } while (this.#waiting.length > 0 && this.#isDue());
    this.#writing = null;
    if (this.#waiting.length > 0) this.#gather();
  }

  #giveUp(): void {
    const left = this.#waiting;
    this.#waiting = [];
    for (const { stored } of left) stored(false);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(retryMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
