import type { PublishRequest, StoredDiagnostic } from '@millrace/engine';
import type { WorkspaceFiles } from '../folder/workspace-files.ts';

/** What came of looking at a source once. */
export type SourceLoad = Readonly<{
  /** What the source holds now: a commit, or the hash of a folder's content. */
  revision: string;
  /** The revision that is live after the load: an older one when this load has errors; null: none ever was. */
  live: string | null;
  /** Names of this load's workflows; empty when it has errors. */
  workflows: readonly string[];
  diagnostics: readonly StoredDiagnostic[];
  /** Whether it differs from the load before. */
  changed: boolean;
}>;

/** What a source holds; `definitions` is null when there is an error. */
export type SourceLook = Pick<PublishRequest, 'revision' | 'definitions' | 'diagnostics'>;

/** Where a workspace comes from, watched or polled. */
export type WorkspaceSource = Readonly<{
  /** Loads it once and keeps looking. Throws what the engine throws; wrong files or a repository that is away are no failure. */
  start(): Promise<SourceLoad>;
  /** Loads it now. */
  sync(): Promise<SourceLoad>;
  /**
   * Reads it without publishing anything; with `ref`, another branch, tag or commit of its repository. What is wrong with it is
   * told. Throws `invalid_request` for a `ref` of a folder.
   */
  look(ref: string | null): Promise<SourceLook>;
  /** Its definition files, where they can be edited; null: they are somebody else's. */
  readonly files: WorkspaceFiles | null;
  stop(): Promise<void>;
}>;

/** What every kind of source is told of its surroundings. */
export type SourceEvents = Readonly<{
  /** Told after each load that said something new. */
  onLoad?: (load: SourceLoad) => void;
  /** Told about failures of loads that nobody waits for, and of watching. */
  onError?: (error: unknown, where: string) => void;
}>;
