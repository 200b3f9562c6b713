import type { Json } from '@millrace/core';

/** A value as a message names it: `the number 3`, `the text "prod"`, `a list`, `nothing`. Long texts are cut. */
export function describeValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing (null)';
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return `${value}`;
    default:
      return Array.isArray(value) ? 'a list' : 'a map';
  }
}

export function listOf(words: readonly (string | number)[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
