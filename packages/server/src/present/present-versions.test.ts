import { planHash } from '@millrace/core';
import { expect, test } from 'vitest';
import { presentVersions } from './present-versions.ts';

const [a, b] = [planHash('a'.repeat(64)), planHash('b'.repeat(64))];

test('revisions that follow each other with the same plan are one version, told by the first and last of them', () => {
  const history = [
    { revision: 'r4', plan: a, liveSince: 4_000 },
    { revision: 'r3', plan: b, liveSince: 3_000 },
    { revision: 'r2', plan: b, liveSince: 2_000 },
    { revision: 'r1', plan: a, liveSince: 1_000 },
  ];
  expect(presentVersions(history, 'r4')).toEqual([
    { plan: a, revision: 'r4', since: '1970-01-01T00:00:04.000Z', last_revision: 'r4', live: true },
    { plan: b, revision: 'r2', since: '1970-01-01T00:00:02.000Z', last_revision: 'r3', live: false },
    { plan: a, revision: 'r1', since: '1970-01-01T00:00:01.000Z', last_revision: 'r1', live: false },
  ]);
  expect(presentVersions(history, 'r3').map(({ live }) => live)).toEqual([false, true, false]);
});
