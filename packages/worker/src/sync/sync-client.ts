// The worker's side of the sync protocol: when to call, and what a call carries.
//
// At most one call waits at the server (long poll); results go out at once in calls of their own, which do not wait, and whose answers
// bring what these results made ready. All results of one turn of the event loop travel together. A result stays in `outgoing` until a response confirms it: a
// call that fails, or a response that does not name it, sends it again. Calls list all attempts that the worker holds (also
// those whose results are on their way), so that silence about one means that it is gone; long lists go with heartbeats.
//
// The lease: a successful call proves that the server knew of us when the call was sent. If the last such moment is
// longer ago than the lease, others may own our attempts, and `leaseLost` is called; calls go on.
import {
  type AttemptRef,
  type AttemptResult,
  type LocalRunReport,
  MillraceError,
  type SyncRequest,
  type SyncResponse,
} from '@millrace/core';
import { attemptKey } from '../attempts/attempt-key.ts';
import { backoffMs } from './backoff.ts';

export type Outgoing = {
  readonly key: string;
  readonly ref: AttemptRef;
  readonly result: AttemptResult;
  sent: boolean;
};

export type SyncHost = Readonly<{
  sync: (request: SyncRequest, signal: AbortSignal) => Promise<SyncResponse>;
  worker: SyncRequest['worker'];
  /** Every attempt that the worker holds. */
  held: () => readonly AttemptRef[];
  freeSlots: () => number;
  /** What local runs have to report; asked for once for each call that carries something. */
  takeReports: () => readonly LocalRunReport[];
  /** They came back: with what is committed by now, or null when the call failed. */
  reported: (reports: readonly LocalRunReport[], recorded: NonNullable<SyncResponse['recorded']> | null) => void;
  received: (response: SyncResponse) => void;
  confirmed: (outgoing: Outgoing) => void;
  leaseLost: () => void;
  /** The server takes nothing from it any more; no further call is made. */
  revoked: (cause: MillraceError) => void;
  serverLost: (cause: unknown) => void;
  serverFound: () => void;
}>;

/** More calls with results at once would only make smaller batches. */
const maxCarrying = 2;
/** A list of more held attempts is not sent with every batch of results. */
const longList = 64;
const longestWaitMs = 20_000;
/** Until the server has told its own. */
const assumedLeaseMs = 30_000;
const maxBackoffMs = 5_000;

export class SyncClient {
  readonly #host: SyncHost;
  readonly #abort = new AbortController();
  readonly #outgoing = new Map<string, Outgoing>();
  #unsent: Outgoing[] = [];
  #returned: AttemptRef[] = [];
  #carrying = 0;
  #waiting = 0;
  #scheduled = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #leaseMs = 0;
  #lastSentAt = 0;
  #lastHeardAt = performance.now();
  #leaseLost = false;
  #sequence = 0;
  #lastListedAt = 0;
  #stopping = false;
  /** Something else must be said: that it stops, or what local runs report. */
  #announce = false;
  #draining = false;
  #farewell = false;
  #drained: (() => void) | null = null;

  constructor(host: SyncHost) {
    this.#host = host;
  }

  start(): void {
    this.#lastHeardAt = performance.now();
    this.#setHeartbeat();
    this.#schedule();
  }

  report(key: string, ref: AttemptRef, result: AttemptResult): void {
    const outgoing: Outgoing = { key, ref, result, sent: false };
    this.#outgoing.set(key, outgoing);
    this.#unsent.push(outgoing);
    this.#schedule();
  }

  giveBack(refs: readonly AttemptRef[]): void {
    this.#returned.push(...refs);
    this.#schedule();
  }

  /** A local run has something to report. */
  reportSoon(): void {
    this.#announce = true;
    this.#schedule();
  }

  /** Tells the server at once that nothing new is taken; calls go on, so that running attempts keep their leases. */
  announceStop(): void {
    this.#stopping = true;
    this.#announce = true;
    this.#schedule();
  }

  /** Whether a result of that attempt waits for its confirmation. */
  isReporting(key: string): boolean {
    return this.#outgoing.has(key);
  }

  /** From now on nothing is waited for: calls carry what is left and answer at once. Resolves when all is confirmed. */
  drain(): Promise<void> {
    this.#stopping = true;
    this.#draining = true;
    return new Promise((resolve) => {
      if (this.#abort.signal.aborted) resolve();
      this.#drained = resolve;
      this.#schedule();
    });
  }

  end(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    this.#abort.abort();
  }

  /** One call per turn of the event loop, so that what finishes together travels together. */
  #schedule(): void {
    if (this.#scheduled || this.#abort.signal.aborted) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#abort.signal.aborted || this.#retry !== undefined) return;
    if (this.#unsent.length > 0 || this.#returned.length > 0 || this.#announce) {
      if (this.#carrying < maxCarrying) void this.#call(true);
    } else if (this.#draining) {
      if (this.#outgoing.size > 0 || this.#carrying > 0) return;
      if (this.#farewell) this.#drained?.();
      else void this.#call(true);
    } else if (this.#waiting === 0 && this.#carrying === 0) {
      void this.#call(false);
    }
  }

  async #call(carries: boolean): Promise<void> {
    const results = this.#unsent;
    const returned = this.#returned;
    this.#unsent = [];
    this.#returned = [];
    for (const outgoing of results) outgoing.sent = true;
    const sentAt = performance.now();
    this.#lastSentAt = sentAt;
    const announced = this.#announce;
    this.#announce = false;
    // The last word of a worker that holds nothing any more: the server may forget it.
    const reports = carries ? this.#host.takeReports() : [];
    const farewell = this.#draining && results.length + reports.length === 0 && this.#outgoing.size === 0;
    if (carries) this.#carrying++;
    else this.#waiting++;
    let response: SyncResponse | null = null;
    try {
      response = await this.#host.sync(
        {
          worker: this.#host.worker,
          results: results.map(({ ref, result }) => ({ ...ref, result })),
          ...(reports.length === 0 ? {} : { reports }),
          running: this.#heldList(carries, sentAt),
          received: this.#sequence,
          returned,
          freeSlots: this.#stopping ? 0 : this.#host.freeSlots(),
          stopping: this.#stopping,
          waitMs: carries ? 0 : this.#waitMs(),
        },
        this.#abort.signal,
      );
    } catch (cause) {
      this.#requeue(results, returned);
      this.#announce ||= announced;
      if (reports.length > 0) this.#host.reported(reports, null);
      if (!this.#abort.signal.aborted) this.#callFailed(cause);
    }
    if (carries) this.#carrying--;
    else this.#waiting--;
    if (response === null || this.#abort.signal.aborted) return;
    this.#farewell ||= farewell;
    this.#succeeded(response, sentAt, results);
    if (reports.length > 0) this.#host.reported(reports, response.recorded ?? []);
  }

  /** What the worker holds; null where the list is long and the server has had it lately. */
  #heldList(carries: boolean, now: number): readonly AttemptRef[] | null {
    const held = this.#host.held();
    if (carries && held.length > longList && now - this.#lastListedAt < this.#lease() / 3) return null;
    this.#lastListedAt = now;
    return held;
  }

  /** Nothing is known before the first answer, so that one does not wait. */
  #waitMs(): number {
    if (this.#draining || this.#leaseMs === 0) return 0;
    return Math.min(longestWaitMs, Math.floor(this.#leaseMs / 3));
  }

  #succeeded(response: SyncResponse, sentAt: number, results: readonly Outgoing[]): void {
    this.#sequence = Math.max(this.#sequence, response.sequence);
    this.#lastHeardAt = Math.max(this.#lastHeardAt, sentAt);
    this.#leaseLost = false;
    if (this.#failures > 0) {
      this.#failures = 0;
      this.#host.serverFound();
    }
    if (response.leaseMs !== this.#leaseMs) {
      this.#leaseMs = response.leaseMs;
      this.#setHeartbeat();
    }
    this.#host.received(response);
    for (const ref of response.confirmed) this.#confirm(ref);
    const unconfirmed = results.filter((outgoing) => this.#outgoing.get(outgoing.key) === outgoing);
    if (unconfirmed.length > 0) {
      this.#requeue(unconfirmed, []);
      this.#pauseFor(backoffMs(2, maxBackoffMs));
    }
    this.#schedule();
  }

  #confirm(ref: AttemptRef): void {
    const key = attemptKey(ref);
    const outgoing = this.#outgoing.get(key);
    if (outgoing === undefined) return;
    this.#outgoing.delete(key);
    this.#host.confirmed(outgoing);
  }

  #requeue(results: readonly Outgoing[], returned: readonly AttemptRef[]): void {
    for (const outgoing of results) {
      outgoing.sent = false;
      this.#unsent.push(outgoing);
    }
    this.#returned.push(...returned);
  }

  #callFailed(cause: unknown): void {
    if (cause instanceof MillraceError && cause.code === 'worker_revoked') {
      this.end();
      this.#outgoing.clear();
      this.#host.revoked(cause);
      return;
    }
    if (this.#failures === 0) this.#host.serverLost(cause);
    this.#failures++;
    this.#checkLease();
    const refused = cause instanceof MillraceError && !cause.retryable;
    this.#pauseFor(refused ? maxBackoffMs : backoffMs(this.#failures, Math.min(maxBackoffMs, this.#lease() / 4)));
  }

  #pauseFor(ms: number): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#pump();
    }, ms);
  }

  #lease = (): number => (this.#leaseMs === 0 ? assumedLeaseMs : this.#leaseMs);

  /** Watches the lease, and calls when the waiting call has been silent for too long. */
  #setHeartbeat(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(), Math.max(20, this.#lease() / 6));
    this.#heartbeat.unref();
  }

  #beat(): void {
    this.#checkLease();
    if (this.#retry !== undefined || performance.now() - this.#lastSentAt < this.#lease() / 3) return;
    if (this.#waiting + this.#carrying < maxCarrying + 1) void this.#call(false);
  }

  #checkLease(): void {
    if (this.#leaseLost || performance.now() - this.#lastHeardAt <= this.#lease()) return;
    this.#leaseLost = true;
    this.#host.leaseLost();
  }
}
