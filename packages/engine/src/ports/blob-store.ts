/** Where bytes live: logs, files of workspaces, artifacts, big values. Keys are `/`-separated, of `[A-Za-z0-9._-]` segments. */
export type BlobStore = Readonly<{
  /**
   * Writes a whole blob, atomically: readers see all of it or nothing. Durable when it resolves; from then on the caller may use
   * the memory of `data` for something else. Replaces what was there.
   */
  put(key: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** Reads a blob, or a part of it (`end` is exclusive); null when there is none. */
  get(key: string, range?: Readonly<{ start: number; end?: number }>): Promise<Uint8Array | null>;
  /** Streams a blob; null when there is none. */
  open(key: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** Blobs whose key begins with `prefix`, in the order of their keys. */
  list(prefix: string): Promise<readonly Readonly<{ key: string; sizeBytes: number }>[]>;
  /** Deletes blobs; those that do not exist are fine. */
  delete(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}>;
