import type { Definitions } from '@millrace/core';
import type { StoredDiagnostic } from '@millrace/engine';
import type { Editing } from './workspace-files.ts';

/** What a source holds, looked at without publishing it. */
export type Look = Readonly<{
  revision: string;
  /** null: `diagnostics` hold an error. */
  definitions: Definitions | null;
  diagnostics: readonly StoredDiagnostic[];
}>;

/** What a server that loads workspaces itself can be asked. Each throws `configuration` for one that it does not load. */
export type WorkspaceSources = Readonly<{
  /** Loads a workspace from its source now and publishes it. */
  sync(workspace: string): Promise<void>;
  /** Loads it soon; failures are told elsewhere. */
  syncSoon(workspace: string): void;
  /**
   * What it would publish now, or of another branch, tag or commit. Throws `invalid_request` where a source has no such
   * thing.
   */
  look(workspace: string, ref: string | null): Promise<Look>;
  /** What tells of a push must know; null: the workspace has no push hook. */
  hookSecret(workspace: string): Promise<string | null>;
  /** Its files of definitions, for editing. */
  editing(workspace: string): Editing;
}>;
