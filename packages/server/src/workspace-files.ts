import type { Definitions } from '@millrace/core';
import type { StoredDiagnostic } from '@millrace/engine';

type EditedFile = Readonly<{
  /** From the workspace's folder. */
  path: string;
  text: string;
  /** SHA-256 of its bytes. */
  digest: string;
}>;

/**
 * The files of definitions of a workspace that can be edited. Nothing else of the machine may be reached by any path, and a change
 * is refused as `conflict` unless the file is what `basedOn` says.
 */
export type WorkspaceFiles = Readonly<{
  list(): Promise<readonly Readonly<{ path: string; sizeBytes: number }>[]>;
  read(path: string): Promise<EditedFile>;
  /** The workspace as it would be with this text in the place of the file. */
  check(
    path: string,
    text: string,
  ): Promise<Readonly<{ definitions: Definitions | null; diagnostics: readonly StoredDiagnostic[] }>>;
  write(path: string, text: string, basedOn: string | null): Promise<EditedFile>;
  rename(path: string, to: string, basedOn: string): Promise<EditedFile>;
  remove(path: string, basedOn: string): Promise<void>;
}>;

/** Whether the files of a workspace can be edited on this server; if not, why, and what to do instead. */
export type Editing = Readonly<{ files: WorkspaceFiles }> | Readonly<{ files: null; reason: string; hint: string }>;
