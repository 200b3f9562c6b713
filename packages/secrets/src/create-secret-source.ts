// An outside source as the engine sees it: which of its keys a name means, which field of what stands there, and for how long
// that is remembered.
//
//   secrets.db ─▶ key "millrace/{name}" ─▶ millrace/db ─▶ backend.read, once for all who ask meanwhile ─▶ field ─▶ text
//
// What is remembered is what stands at a key, so that many fields of one key are one request. Failures are never remembered:
// whoever asks next asks anew. What is not there is not remembered either, since somebody may be about to put it there.
import { type Json, type JsonObject, MillraceError } from '@millrace/core';
import type { SecretKeyTemplate, SecretSourceConfig } from '@millrace/definition';
import type { SecretRef, SecretSource } from '@millrace/engine';
import type { FoundValue, SecretBackend } from './secret-backend.ts';
import { SourceFailure } from './source-failure.ts';
import { createShortMemory } from './tokens/short-memory.ts';

export function createSecretSource(
  config: SecretSourceConfig,
  backend: SecretBackend,
  now: () => number,
): SecretSource {
  const memory = createShortMemory<FoundValue | null>(now);

  const read = (key: string): Promise<FoundValue | null> =>
    memory.get(key, async () => {
      const found = await backend.read(key).catch((cause: unknown) => {
        throw failureOf(config, backend, cause);
      });
      return { value: found, forMs: found === null ? 0 : config.cacheMs };
    });

  return {
    kind: config.type,
    name: config.name,
    place(secret) {
      const place = placeIn(config, secret);
      if (place === null) return null;
      const field = place.field === null ? '' : `field ${place.field} of `;
      return `${field}${place.key} in ${config.name} (${backend.place})`;
    },
    async resolve(secret) {
      const place = placeIn(config, secret);
      if (place === null) return null;
      const found = await read(place.key);
      return found === null ? null : textOf(found, place.field);
    },
  };
}

/** Where a source has a secret; null: it does not serve the workspace, or knows no such name. */
function placeIn({ workspaces, names, others }: SecretSourceConfig, secret: SecretRef): SecretKeyTemplate | null {
  if (workspaces !== null && !workspaces.includes(secret.workspace)) return null;
  const template = Object.hasOwn(names, secret.name) ? (names[secret.name] ?? null) : others;
  if (template === null) return null;
  const fill = (text: string): string =>
    text.replaceAll('{name}', () => secret.name).replaceAll('{workspace}', () => secret.workspace);
  return { key: fill(template.key), field: template.field === null ? null : fill(template.field) };
}

/** The text of what was found, or of a field of it; null: it has no such field. */
function textOf(found: FoundValue, field: string | null): string | null {
  if (field !== null) {
    const fields = typeof found === 'string' ? fieldsIn(found) : found;
    return fields !== null && Object.hasOwn(fields, field) ? textOfJson(fields[field] ?? null) : null;
  }
  if (typeof found === 'string') return found;
  // The custom of key-value stores, for what is a single text.
  const [only, second] = Object.keys(found);
  return only === 'value' && second === undefined ? textOfJson(found.value ?? null) : JSON.stringify(found);
}

const textOfJson = (value: Json): string | null =>
  value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** Errors of `JSON.parse` quote what they read, so they go no further than this. */
function fieldsIn(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

function failureOf({ name }: SecretSourceConfig, { place }: SecretBackend, cause: unknown): unknown {
  if (!(cause instanceof SourceFailure)) return cause;
  const code = cause.kind === 'refused' ? 'secret_source_refused' : 'secret_source_unavailable';
  return new MillraceError(code, `The source of secrets ${name} (${place}) gives nothing: ${cause.message}`, {
    hint: cause.hint,
    details: { source: name },
  });
}
