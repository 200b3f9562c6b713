import type { Definitions, Place } from '@millrace/core';
import type { StoredDiagnostic } from '../ports/workspace-store.ts';

/** Where a body says what kind it is: a problem there is one of executing it, and a rehearsal executes nothing. */
const bodyPointer = /^\/(?:actions\/[^/]+|workflows\/[^/]+\/steps\/[^/]+)\/(?:type|image)$/;

/**
 * The problems of each workflow that also keep it from being rehearsed: all but kinds of actions that this version cannot
 * execute yet. A step of such a kind is mocked as any other; without a mock it fails and says what it is.
 */
export function withoutMockable(
  problems: ReadonlyMap<string, readonly StoredDiagnostic[]>,
  { places }: Pick<Definitions, 'places'>,
): ReadonlyMap<string, readonly StoredDiagnostic[]> {
  const bodies = new Set(
    Object.entries(places).flatMap(([pointer, at]) => (bodyPointer.test(pointer) ? [key(at)] : [])),
  );
  return new Map(
    [...problems].map(([workflow, found]) => [
      workflow,
      found.filter((problem) => problem.code !== 'not_supported_yet' || !bodies.has(key(problem))),
    ]),
  );
}

const key = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;
