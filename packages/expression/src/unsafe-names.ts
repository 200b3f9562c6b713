import { ExpressionError } from './expression-error.ts';
import type { Span } from './span.ts';

/**
 * Names through which JavaScript objects reach their classes. Fields are read as own properties only, so these would be
 * harmless here, but a value that carries them could hurt code that copies it carelessly: they are refused everywhere.
 */
export function isUnsafeName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

export function refuseUnsafeName(name: string, span: Span): void {
  if (!isUnsafeName(name)) return;
  throw new ExpressionError(
    'unsafe_name',
    `The name \`${name}\` is not allowed as a field or key.`,
    span,
    'Rename the field where the value comes from.',
  );
}
