import { MillraceError } from '@millrace/core';

const segment = /^[A-Za-z0-9._-]+$/;
const maxKeyBytes = 900;
const maxSegmentBytes = 200;

/**
 * Refuses a key that an adapter must not see: keys are `/`-separated segments of `[A-Za-z0-9._-]`, never `.` or `..`, so
 * that a key can be a path below a folder and an object's name in a bucket as it is.
 */
export function assertBlobKey(key: string): void {
  const problem = keyProblem(key);
  if (problem === null) return;
  throw new MillraceError('invalid_request', `${JSON.stringify(key)} is no valid blob key: ${problem}.`, {
    hint: 'A key is made of segments of the characters A-Z a-z 0-9 . _ - with a single / between them.',
  });
}

/** Prefixes are keys that may end anywhere, also within a segment or right after a `/`; the empty prefix means all. */
export function assertBlobPrefix(prefix: string): void {
  if (prefix === '') return;
  assertBlobKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

export function isBlobKeySegment(name: string): boolean {
  return segment.test(name) && name !== '.' && name !== '..';
}

function keyProblem(key: string): string | null {
  if (key === '') return 'it is empty';
  if (key.length > maxKeyBytes) return `it has ${key.length} characters, at most ${maxKeyBytes} are allowed`;
  for (const part of key.split('/')) {
    if (part === '') return 'it begins or ends with / or has two of them in a row';
    if (!isBlobKeySegment(part)) return `the segment ${JSON.stringify(part)} is not allowed`;
    if (part.length > maxSegmentBytes) return `the segment ${JSON.stringify(part)} is longer than ${maxSegmentBytes}`;
  }
  return null;
}
