import type { Instant, WorkerBounds } from '@millrace/core';

/** What a worker shows once, to become a worker of this installation. */
export type JoinToken = Readonly<{
  /** The part that is shown; it begins the token. */
  id: string;
  name: string;
  bounds: WorkerBounds;
  createdAt: Instant;
  createdBy: string;
  /** null: it does not expire. */
  until: Instant | null;
  /** How many workers may join with it; null: any number. */
  mostUses: number | null;
  uses: number;
  usedAt: Instant | null;
}>;

export type NewJoinToken = Pick<JoinToken, 'id' | 'name' | 'bounds' | 'createdBy' | 'mostUses'> &
  Readonly<{ hash: string; lifeMs: number | null }>;

/** A worker that has a token of its own. Its processes come and go. */
export type JoinedWorker = Readonly<{
  /** Its token and the ids of its processes begin with it. */
  id: string;
  name: string;
  bounds: WorkerBounds;
  /** The id of the token that it joined with. */
  joinToken: string;
  joinedAt: Instant;
  /** When its token was last shown, to the minute. */
  usedAt: Instant;
  /** Since when it has the token that it has. */
  rotatedAt: Instant;
  revokedAt: Instant | null;
  revokedBy: string | null;
}>;

export type JoinRequest = Readonly<{
  joinToken: Readonly<{ id: string; hash: string }>;
  worker: Readonly<{ id: string; hash: string; name: string }>;
  /** Workers that have not been heard of for so long are forgotten on the way. */
  forgetMs: number;
}>;

/**
 * `current`, `previous`: good, the second one for a moment still. `spent`: it was good before the last one took its place.
 * `wrong`: none of these.
 */
export type ShownToken = Readonly<{ worker: JoinedWorker; is: 'current' | 'previous' | 'spent' | 'wrong' }>;

/** Hashes of a worker's tokens; `previous`: of the one before, and until when that is or was good. */
export type TokenHashes = Readonly<{ hash: string; previous: Readonly<{ hash: string; until: Instant }> | null }>;

/** How workers get in, and which have. Of tokens their hashes are stored. */
export type JoinStore = Readonly<{
  addToken(token: NewJoinToken): Promise<JoinToken>;
  getToken(id: string): Promise<JoinToken | null>;
  /** Those that expired or are used up as well; by time. */
  tokens(): Promise<readonly JoinToken[]>;
  removeToken(id: string): Promise<boolean>;
  /**
   * Uses the token up by one and adds the worker, both or neither. A worker that is there already, with the same token of its
   * own, is given again and uses nothing: its first request may have arrived and its answer not. null: refused.
   */
  join(request: JoinRequest): Promise<JoinedWorker | null>;
  /** What a worker's token is worth; noted as used, at most once a minute. null: there is no such worker. */
  shown(id: string, hash: string): Promise<ShownToken | null>;
  /** What tokens of its attempts may be signed with. null: there is no such worker, or it is revoked. */
  hashesOf(id: string): Promise<TokenHashes | null>;
  /**
   * Puts a new token in the place of the worker's current one, which is good for `overlapMs` still. False: the one that was shown
   * is not the current one, or the worker is revoked.
   */
  rotate(id: string, shownHash: string, newHash: string, overlapMs: number): Promise<boolean>;
  /**
   * From now on its token opens nothing. Its processes are forgotten, with what they hold left to the reaper. Again: nothing
   * changes. null: there is no such worker.
   */
  revoke(id: string, by: string): Promise<JoinedWorker | null>;
  /** Those that are heard of most lately first; at most so many. */
  list(most: number): Promise<readonly JoinedWorker[]>;
}>;
