import type {
  Command,
  JsonObject,
  KeptResults,
  PreparedPlan,
  Rejection,
  RunId,
  RunOrigin,
  RunState,
  RunStatus,
} from '@millrace/core';
import type { OutboxKey } from '../ports/run-store.ts';

/** What became of a command. */
export type Settled =
  | Readonly<{ kind: 'applied'; status: RunStatus }>
  | Readonly<{ kind: 'rejected'; rejection: Rejection }>
  | Readonly<{ kind: 'not_found' }>
  /** A run with this id or start key exists already; only for starts. */
  | Readonly<{ kind: 'exists' }>
  /** The store failed; whether the command was applied is unknown. Its source tries again. */
  | Readonly<{ kind: 'failed'; error: unknown }>;

/**
 * Asks something of a run's state at a version that a commit confirms: so, unlike a look at a copy, what it finds was so
 * when the commit happened, and whatever another server commits later comes after.
 */
export type Question = (state: RunState) => boolean;

/** A command on its way to a run. */
export type Entry = {
  /** null: the start itself; a function: the question whether the run, as it is, lets a message count as acted on. */
  readonly command: Command | Question | null;
  readonly delivered: OutboxKey | null;
  readonly settle: (settled: Settled) => void;
  /** The load of the run's copy began after the command arrived, so a rejection is not for an outdated copy: it counts. */
  loadedFor: boolean;
};

/** A run as this server knows it: a copy of its state with the version that the copy has in the store. */
export type Aggregate = {
  readonly id: RunId;
  plan: PreparedPlan | null;
  origin: RunOrigin | null;
  /** null: not loaded (or dropped after a lost race). */
  state: RunState | null;
  version: number;
  /** Set until the run's creation is committed. */
  creation: Readonly<{
    input: JsonObject;
    inputText: string;
    /** Of a re-run: what it takes over. */
    kept?: KeptResults;
  }> | null;
  /** A load is under way; until it is done, commands wait in the mailbox. */
  loading: boolean;
  /** It is in a commit under way; until that is settled, commands wait in the mailbox. */
  committing: boolean;
  mailbox: Entry[];
  /** Some commands in the mailbox wait for a fresh copy. */
  outdated: boolean;
};

export const newAggregate = (id: RunId): Aggregate => ({
  id,
  plan: null,
  origin: null,
  state: null,
  version: 0,
  creation: null,
  loading: false,
  committing: false,
  mailbox: [],
  outdated: false,
});
