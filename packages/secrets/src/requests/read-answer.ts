import type { Json, JsonObject } from '@millrace/core';
import { SourceFailure } from '../source-failure.ts';
import type { SourceAnswer } from './send-request.ts';

const maxQuoted = 300;

/** The object of a JSON answer; null: it is none. What stands in it is never quoted, since it may be a secret. */
export function objectOf({ text }: SourceAnswer): JsonObject | null {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return null;
  }
}

export const asObject = (value: Json | undefined): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;

/** A text at a path into an answer; null: there is none. */
export function textAt(value: JsonObject | null, ...path: readonly string[]): string | null {
  let at: Json | undefined = value ?? undefined;
  for (const key of path) {
    const inner: JsonObject | null = asObject(at);
    at = inner !== null && Object.hasOwn(inner, key) ? inner[key] : undefined;
  }
  return typeof at === 'string' ? at : null;
}

/** An answer that is not what was asked for. `said`: what the source itself tells of it. */
export function failureOf({ status }: SourceAnswer, said: string | null, hint: string): SourceFailure {
  const words = (said ?? '').replace(/\s+/g, ' ').trim().slice(0, maxQuoted);
  const quoted = words === '' ? '' : `: ${words.replace(/\.$/, '')}`;
  const passing = status === 408 || status === 429 || status >= 500;
  return new SourceFailure(passing ? 'unavailable' : 'refused', `it answered ${status}${quoted}.`, hint);
}

/** An answer that says that all went well, and is not what the protocol has there. */
export const strangeAnswer = (what: string): SourceFailure =>
  new SourceFailure(
    'refused',
    `its answer has no ${what}.`,
    'Is that the address of the source, or of something before it?',
  );
