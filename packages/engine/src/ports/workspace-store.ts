import type { Instant, JsonObject, PlanHash, QueueDefinition } from '@millrace/core';

export type StoredDiagnostic = Readonly<{
  severity: 'error' | 'warning';
  code: string;
  message: string;
  hint: string | null;
  file: string;
  line: number;
  column: number;
}>;

export type RevisionWorkflow = Readonly<{
  name: string;
  /** It is an action, which a hook calls: the plan has the one step. Not listed among the workflows. */
  action?: true;
  description: string | null;
  plan: PlanHash;
  /** What keeps it from being executed (parts that this version does not know); empty: nothing. */
  problems: readonly StoredDiagnostic[];
  /** Where it is written, from the workspace root; absent: published before this was kept. */
  file?: string;
}>;

export type RevisionTrigger = Readonly<{
  name: string;
  type: string;
  workflow: string;
  enabled: boolean;
  definition: JsonObject;
}>;

/** A workspace's definitions at one moment: valid and compiled. Its source never changes. */
export type Revision = Readonly<{
  workspace: string;
  /** Commit or content hash. */
  revision: string;
  workflows: readonly RevisionWorkflow[];
  triggers: readonly RevisionTrigger[];
  /** What is said of queues; absent: nothing. */
  queues?: readonly QueueDefinition[];
  /** Key of the workspace's files (gzipped tar) in the blob store; null: it has none that steps could need. */
  files: string | null;
}>;

export type RetiredRevision = Pick<Revision, 'workspace' | 'revision' | 'files'>;

export type WorkspaceState = Readonly<{
  name: string;
  source: JsonObject;
  /** The live revision: the last valid one. null: there was none yet. */
  revision: string | null;
  /** When the live revision became live. */
  revisionAt: Instant | null;
  /** The last attempt to load, valid or not. */
  syncedAt: Instant;
  /** Of the last attempt. Errors mean that the live revision is older than the source. */
  diagnostics: readonly StoredDiagnostic[];
}>;

/** What a workflow was at a revision. */
export type WorkflowAtRevision = Readonly<{
  revision: string;
  plan: PlanHash;
  /** When the revision last began to be live. */
  liveSince: Instant;
}>;

export type WorkspaceStore = Readonly<{
  /**
   * Stores a revision and makes it live. Its plans must have been put before. One that is known already is replaced: another
   * version of Millrace may make more of the same source.
   */
  publish(revision: Revision, source: JsonObject, diagnostics: readonly StoredDiagnostic[]): Promise<void>;
  /** Records that the source could not be loaded; the live revision stays. */
  reject(workspace: string, source: JsonObject, diagnostics: readonly StoredDiagnostic[]): Promise<void>;
  list(): Promise<readonly WorkspaceState[]>;
  get(workspace: string): Promise<WorkspaceState | null>;
  /** A revision; null as `revision` means the live one. */
  revision(workspace: string, revision: string | null): Promise<Revision | null>;
  /** What a workflow was at the newest `limit` revisions that have it and are still known, newest first. */
  history(workspace: string, workflow: string, limit: number): Promise<readonly WorkflowAtRevision[]>;
  /**
   * Forgets up to `limit` revisions that were replaced longer than `keepMs` ago and that no run needs which has not ended.
   * Gives what was forgotten.
   */
  retire(options: Readonly<{ keepMs: number; limit: number }>): Promise<readonly RetiredRevision[]>;
}>;
