import { type ConnectionDefinition, type ErrorCode, type Instant, MillraceError } from '@millrace/core';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Store } from '../ports/store.ts';
import { type LiveDefinitions, readLiveDefinitions } from '../workspaces/live-definitions.ts';
import { createFindSecret, type FoundSecret, type SecretPlaces } from './find-secret.ts';
import { secretsInUse } from './names-in-use.ts';
import { createRotateSecrets, type Rotation } from './rotate-secrets.ts';
import { sealSecret } from './seal-secret.ts';

export type SecretDetail = Readonly<{
  workspace: string;
  name: string;
  description: string | null;
  /** Whether the live definitions read it. */
  used: boolean;
  /**
   * Where its value comes from; null: it has none. `unreadable`: it is stored, but this server cannot open it.
   * `unavailable`: a source that is asked before all others could not tell.
   */
  from: FoundSecret['from'] | 'unreadable' | 'unavailable' | null;
  /** The name of that source in the server's configuration; null: it has none. */
  source: string | null;
  /** Why it is unreadable or unavailable, and what to do; null: it is neither. */
  problem: string | null;
  /** What is stored, whether it counts or not; null: nothing. */
  stored: Readonly<{ keyId: string; updatedAt: Instant; updatedBy: string }> | null;
}>;

export type SecretRequest = Readonly<{ workspace: string; name: string }>;

/** Use cases of secrets. No answer ever has a value in it. */
export type Secrets = Readonly<{
  /** Those that the workspace declares, reads, or has stored. Codes: workspace_not_found, configuration. */
  list(workspace: string): Promise<readonly SecretDetail[]>;
  /** Stores a value. Codes: workspace_not_found, invalid_request, configuration (there is no key). */
  set(request: SecretRequest & Readonly<{ value: string; by: string }>): Promise<SecretDetail>;
  /** Forgets what is stored. Codes: not_found. */
  remove(request: SecretRequest): Promise<void>;
  /** Seals everything stored with the first key. Codes: configuration, secret_unreadable. */
  rotate(): Promise<Rotation>;
  /** Of the live revision, by name, as they are written. Codes: workspace_not_found. */
  listConnections(workspace: string): Promise<readonly ConnectionDefinition[]>;
}>;

export type SecretsOptions = SecretPlaces & Readonly<{ stores: Readonly<{ store: Store; blobs: BlobStore }> }>;

/** As for names in the workspace's files. */
const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;
/** A secret shorter than that could not be masked. */
const minSecretLength = 4;
const maxSecretBytes = 64 * 1024;

export function createSecrets(options: SecretsOptions): Secrets {
  const { store, stores } = options;
  const keys = options.keys ?? (async () => []);
  const find = createFindSecret(options);

  const detail = async (
    workspace: string,
    name: string,
    { definitions }: LiveDefinitions,
    used: ReadonlySet<string>,
  ): Promise<SecretDetail> => {
    const stored = await store.get(workspace, name);
    return {
      workspace,
      name,
      description: definitions.secrets?.[name]?.description ?? null,
      used: used.has(name),
      ...(await originOf(find(workspace, name))),
      stored:
        stored === null ? null : { keyId: stored.keyId, updatedAt: stored.updatedAt, updatedBy: stored.updatedBy },
    };
  };

  return {
    async list(workspace) {
      const live = await liveOf(stores, workspace);
      const used = new Set(secretsInUse(live.definitions));
      const stored = (await store.list(workspace)).map(({ name }) => name);
      const names = [...new Set([...Object.keys(live.definitions.secrets ?? {}), ...used, ...stored])].sort();
      return Promise.all(names.map((name) => detail(workspace, name, live, used)));
    },
    async set({ workspace, name, value, by }) {
      checkSecret(name, value);
      const live = await liveOf(stores, workspace);
      const [key] = await keys();
      if (key === undefined) throw noKey();
      await store.put({ workspace, name, updatedBy: by, ...sealSecret(key, { workspace, name }, value) });
      return detail(workspace, name, live, new Set(secretsInUse(live.definitions)));
    },
    async remove({ workspace, name }) {
      if (await store.remove(workspace, name)) return;
      throw new MillraceError('not_found', `No secret ${name} is stored for workspace ${workspace}.`, {
        hint: 'What comes from the environment or the secrets file is taken away there.',
      });
    },
    rotate: createRotateSecrets(store, keys, noKey),
    async listConnections(workspace) {
      const { definitions } = await liveOf(stores, workspace);
      return Object.values(definitions.connections ?? {}).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

/** Where a value comes from, never the value. A place that cannot be asked does not hide all other secrets. */
async function originOf(
  finding: Promise<FoundSecret | null>,
): Promise<Pick<SecretDetail, 'from' | 'source' | 'problem'>> {
  try {
    const found = await finding;
    return { from: found?.from ?? null, source: found?.source ?? null, problem: null };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const from = unfound[error.code];
    if (from === undefined) throw error;
    const source = error.details?.source;
    const problem = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    return { from, source: typeof source === 'string' ? source : null, problem };
  }
}

const unfound: Readonly<Partial<Record<ErrorCode, 'unreadable' | 'unavailable'>>> = {
  secret_unreadable: 'unreadable',
  secret_source_unavailable: 'unavailable',
  secret_source_refused: 'unavailable',
};

function checkSecret(name: string, value: string): void {
  if (!namePattern.test(name)) {
    throw new MillraceError(
      'invalid_request',
      `${JSON.stringify(name.slice(0, 100))} cannot be the name of a secret.`,
      {
        hint: 'Names have letters, digits, `_` and `-`, and begin with a letter or `_`.',
      },
    );
  }
  if (value.trim().length < minSecretLength) {
    throw new MillraceError('invalid_request', `The value has fewer than ${minSecretLength} characters.`, {
      hint: 'It could not be masked in logs. What is that short is hardly a secret.',
    });
  }
  if (Buffer.byteLength(value) > maxSecretBytes) {
    throw new MillraceError('too_large', `The value has more than ${maxSecretBytes} bytes.`, {
      hint: 'Keep large files elsewhere, and the key to them here.',
    });
  }
}

const noKey = (): MillraceError =>
  new MillraceError('configuration', 'This server has no key to seal secrets with, so it stores none.', {
    hint: 'Make one (openssl rand -base64 32) and give it to all servers: --secrets-key-file FILE or MILLRACE_SECRETS_KEY.',
  });

/** Of a revision that was published before definitions were kept, nothing is known. */
async function liveOf(stores: SecretsOptions['stores'], workspace: string): Promise<LiveDefinitions> {
  try {
    return await readLiveDefinitions(stores, workspace);
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'not_found') throw error;
    const nothing = { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] };
    return { revision: null, definitions: { actions: {}, workflows: {}, triggers: {}, hooks: nothing, places: {} } };
  }
}
