import { readFile } from 'node:fs/promises';
import type { SecretSourceKinds } from '@millrace/definition';
import { readPlace } from '../requests/read-place.ts';
import type { SecretBackend } from '../secret-backend.ts';
import { openSopsFile } from '../sops/open-sops-file.ts';
import { SourceFailure } from '../source-failure.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * A file that SOPS encrypted for age (https://getsops.io), YAML or JSON: a key leads into it, with dots between names
 * (`prod.db`). The file is opened anew when what is remembered of a key is over, so that a changed one counts.
 */
export function createSopsBackend(
  { file, ageKey }: SecretSourceKinds['sops'],
  { environment }: Surroundings,
): SecretBackend {
  return {
    place: `the SOPS file ${file}`,
    async read(key) {
      const [text, identities] = await Promise.all([readText(file), readPlace(ageKey, 'The age key', environment)]);
      let at: unknown = await openSopsFile(text, identities);
      for (const name of key.split('.')) at = at instanceof Map ? at.get(name) : undefined;
      return at === undefined || at === null ? null : plain(at);
    },
  };
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new SourceFailure(
      'refused',
      `the file cannot be read (${cause.code}).`,
      'Check its path and who may read it.',
    );
  });
}

/** A text as it is, fields as fields, anything else as JSON. */
function plain(value: unknown): string | Record<string, never> {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Map ? Object.fromEntries(inner) : inner,
  );
  return value instanceof Map ? (JSON.parse(text) as Record<string, never>) : text;
}
