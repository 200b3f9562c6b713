import type { Instant, Json, Reach } from '@millrace/core';

/** `done`: it changed what was asked. `refused`: it was not allowed. `failed`: it was allowed, and did not come about. */
export type AuditOutcome = 'done' | 'refused' | 'failed';

/** One thing that somebody did, or tried. No value of a secret, password, token or key is ever in it. */
export type AuditEntry = Readonly<{
  at: Instant;
  /** The account's name, or what stands for one; null: nobody knows who it was. */
  actor: string | null;
  /** What kind of actor that is: `user`, `service`, `local`, `token`, `worker`, `system`; null: not known. */
  actorKind: string | null;
  /** How it was shown: the session, or the id of the API key. */
  session: string | null;
  apiKey: string | null;
  address: string | null;
  /** The `operationId` of the API, or the name of what the server did by itself. */
  operation: string;
  workspace: string | null;
  /** What it was done to, as the API's paths name it: `workspaces/prod/secrets/TOKEN`. */
  object: string | null;
  outcome: AuditOutcome;
  /** The error's code, where there was one. */
  code: string | null;
  /** How often the same was refused within a minute, where it was more than once. */
  count: number;
  /** What the object was before and after, as far as that is told. */
  before: Json;
  after: Json;
  /** What else was asked for. */
  detail: Json;
  request: string | null;
}>;

/** What lists are searched by; columns of their own, and parts of the document as well. */
export type AuditFacts = Pick<AuditEntry, 'at' | 'actor' | 'operation' | 'workspace' | 'object' | 'outcome'>;

/** An entry on its way: its canonical text, which is what the hash is made of, and what it is found by. */
export type AuditDocument = Readonly<{ document: string; facts: AuditFacts }>;

/** A place in the chain. Whoever keeps one elsewhere notices if the chain does not lead there any more. */
export type AuditPlace = Readonly<{ number: number; hash: string }>;

/** A stored entry. `hash` is made of the number, the hash of the row before, and the document. */
export type AuditRow = AuditPlace & AuditDocument & Readonly<{ previousHash: string }>;

export type AuditFilter = Readonly<{
  actor?: string;
  operation?: string;
  /** The object itself and what is below it. */
  object?: string;
  outcome?: AuditOutcome;
  workspace?: string;
  since?: Instant;
  until?: Instant;
  reach?: Reach;
}>;

/** Rows are added at the end and never changed; removed are only the first ones, after an entry has said so. */
export type AuditStore = Readonly<{
  /** Adds them in this order after all that are there, whoever else adds at the same time; gives the new end. */
  append(documents: readonly AuditDocument[]): Promise<AuditPlace>;
  /** The end; number 0 before the first entry. */
  head(): Promise<AuditPlace>;
  /** The rows from a number on, in their order. */
  read(from: number, limit: number): Promise<readonly AuditRow[]>;
  /** The last of the first rows that are all older; null: the first one is not. */
  lastOlderThan(keepMs: number): Promise<AuditPlace | null>;
  /** From now on rows up to this one may be removed. */
  allowRemoval(through: number): Promise<void>;
  /** Removes some of those; gives how many. */
  remove(limit: number): Promise<number>;
}>;
