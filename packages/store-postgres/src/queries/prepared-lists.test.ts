import type { CompiledQuery } from 'kysely';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { prepareLists } from './prepared-lists.ts';

type Sent = Readonly<{ name?: string; text: string; values: readonly unknown[] }>;

function fakePool(): Readonly<{ pool: Pool; sent: Sent[] }> {
  const sent: Sent[] = [];
  const query = async (given: Sent) => {
    sent.push(given);
    return { rows: [{ id: given.text }] };
  };
  return { pool: { query } as unknown as Pool, sent };
}

const query = (sql: string, ...parameters: readonly unknown[]) =>
  ({ sql, parameters }) as CompiledQuery<{ id: string }>;

test('a statement that comes again is prepared, under one name, whatever its values are', async () => {
  const { pool, sent } = fakePool();
  const lists = prepareLists(pool);
  expect(await lists(query('a', 1))).toEqual([{ id: 'a' }]);
  await lists(query('b', 1));
  await lists(query('a', 2));
  await lists(query('a', 3));
  expect(sent.map(({ text, values, name }) => [text, values, name])).toEqual([
    ['a', [1], undefined],
    ['b', [1], undefined],
    ['a', [2], expect.stringMatching(/^list-[0-9a-f]{32}$/)],
    ['a', [3], sent[2]?.name],
  ]);
});

test('no more than 200 statements are prepared, however many there are', async () => {
  const { pool, sent } = fakePool();
  const lists = prepareLists(pool);
  for (let at = 0; at < 300; at += 1) for (let time = 0; time < 3; time += 1) await lists(query(`q${at}`));
  expect(new Set(sent.flatMap(({ name }) => name ?? [])).size).toBe(200);
  for (let at = 0; at < 500; at += 1) await lists(query(`once${at}`));
  expect(sent.slice(-500).every(({ name }) => name === undefined)).toBe(true);
});
