import { MillraceError } from '@millrace/core';
import type { SecretSource, SecretSourceKind } from '../ports/secret-source.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import { openSecret } from './seal-secret.ts';
import type { SecretKey } from './secret-keys.ts';

export type FoundSecret = Readonly<{
  value: string;
  from: SecretSourceKind | 'store';
  /** The name of the source in the server's configuration; null: it has none. */
  source: string | null;
}>;

/** Gives the keys at each use, the one that seals first; none: this server keeps no secrets in its store. */
export type ReadSecretKeys = () => Promise<readonly SecretKey[]>;

export type SecretPlaces = Readonly<{
  sources: readonly SecretSource[];
  store: SecretStore;
  /** null: nothing is stored here, as in a run without a server. */
  keys: ReadSecretKeys | null;
}>;

/**
 * Looks for a secret: in each source in turn, then in the store. null: it is nowhere. A source that cannot tell ends the
 * search, since another value than the one that counts is worse than none. Codes: secret_unreadable,
 * secret_source_unavailable, secret_source_refused, configuration.
 */
export function createFindSecret({ sources, store, keys }: SecretPlaces) {
  return async (workspace: string, name: string): Promise<FoundSecret | null> => {
    for (const source of sources) {
      const value = await source.resolve({ workspace, name });
      if (value !== null && value !== '') return { value, from: source.kind, source: source.name };
    }
    const stored = keys === null ? null : await store.get(workspace, name);
    if (stored === null || keys === null) return null;
    return { value: openSecret(await keys(), stored), from: 'store', source: null };
  };
}

export type FindSecret = ReturnType<typeof createFindSecret>;

/** Says where a secret was looked for in vain, and how to set it. */
export function missingSecret({ sources, keys }: SecretPlaces, workspace: string, name: string): MillraceError {
  const places = sources.flatMap((source) => source.place({ workspace, name }) ?? []);
  if (keys !== null) places.push(`the secrets stored for workspace ${workspace}`);
  const looked = places.length === 0 ? 'There is nowhere to look for it' : `Looked for in: ${places.join('; ')}`;
  return new MillraceError('secret_missing', `Secret ${name} has no value. ${looked}.`, {
    hint:
      keys === null
        ? 'Set the variable, or give a file of lines name=value: --secrets-file FILE.'
        : `Set it: millrace secret set ${name} --workspace ${workspace} (it asks for the value).`,
    details: { secret: name, workspace },
  });
}
