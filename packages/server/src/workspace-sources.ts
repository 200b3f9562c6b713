/** What a server that loads workspaces itself can be asked. Each throws `configuration` for one that it does not load. */
export type WorkspaceSources = Readonly<{
  /** Loads a workspace from its source now and publishes it. */
  sync(workspace: string): Promise<void>;
  /** Loads it soon; failures are told elsewhere. */
  syncSoon(workspace: string): void;
  /** What tells of a push must know; null: the workspace has no push hook. */
  hookSecret(workspace: string): Promise<string | null>;
}>;
