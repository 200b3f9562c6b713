import type { Json, JsonObject } from '@millrace/core';
import type { FakeServer } from './fake-server.ts';

/** A peer that wraps keys, and how a server is told of one. */
export type KeyPeer = Readonly<{
  /** What stands in `secret_keys` of `millrace.yaml`, but for the wrapped key. */
  written: Readonly<Record<string, Json>>;
  wrap(key: Uint8Array): string;
}>;

/** A peer that keeps secrets, and how a server is told of it. */
export type SecretPeer = Readonly<{
  /** What stands in `secret_sources` of `millrace.yaml`. */
  written: Readonly<Record<string, Json>>;
  /** What the server has in its environment for it. */
  environment: Readonly<Record<string, string>>;
  put(key: string, value: string | JsonObject): Promise<void> | void;
  /** The same as a service that wraps keys; null: it is none. */
  keys: KeyPeer | null;
  /** What must never be told: what opens the peer. */
  credentials: readonly string[];
  /** What it is asked through; null: it is a matter of files. */
  server: FakeServer | null;
  stop(): Promise<void>;
}>;

export type StartPeer = (folder: string) => Promise<SecretPeer>;
