import type { AttemptRef, WorkerDescription, WorkerId } from '@millrace/core';

export type ExpiredWorker = Readonly<{ worker: WorkerId; held: readonly AttemptRef[] }>;

/** Workers and their leases. A lease belongs to a worker and covers all that it holds; the store's clock judges it. */
export type WorkerStore = Readonly<{
  /**
   * Makes the worker known, or renews what is known of it; its lease lasts `leaseMs` from now. `draining`: it shall get nothing
   * new, which was said of it before, perhaps before it was lost.
   */
  register(worker: WorkerDescription, leaseMs: number): Promise<Readonly<{ draining: boolean }>>;
  /**
   * Renews the leases of many workers at once. `alive`: those that are still known (a worker that was reaped is not, and
   * must register again; what it held is lost). `draining`: those of them that shall get nothing new. `cancelled`: attempts they hold whose cancellation was asked for.
   */
  renew(
    workers: readonly WorkerId[],
    leaseMs: number,
  ): Promise<
    Readonly<{
      alive: readonly WorkerId[];
      draining: readonly WorkerId[];
      cancelled: readonly (AttemptRef & Readonly<{ worker: WorkerId }>)[];
    }>
  >;
  /** Workers whose lease is over, with what they hold. They stay until removed, so a reaper that dies loses nothing. */
  expired(limit: number): Promise<readonly ExpiredWorker[]>;
  /**
   * From now on the worker shall get nothing new, or may get work again. Kept until it says goodbye, also while its lease is
   * over for a time. False: it is not known.
   */
  drain(worker: WorkerId, draining: boolean): Promise<boolean>;
  /** Forgets a worker, unless it renewed its lease meanwhile (`onlyExpired`) or still holds work. False: it was not removed. */
  remove(worker: WorkerId, options: Readonly<{ onlyExpired: boolean }>): Promise<boolean>;
}>;
