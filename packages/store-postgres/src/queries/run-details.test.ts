import { type RunId, runId } from '@millrace/core';
import { expect, test } from 'vitest';
import type { Database } from '../connections/database.ts';
import { createRunDetails } from './run-details.ts';

const runRow = (run: RunId, facts: string) => ({
  part: 'run',
  run,
  facts,
  version: 1,
  status: 'running',
  created_at: '1',
  started_at: '1',
  ended_at: null,
  control: null,
  output: null,
  error: null,
  input: '{}',
  workspace: 'shop',
  workflow: 'order',
  revision: 'r',
  plan: 'ab'.repeat(32),
  folder: '',
});
const facts = '{"trigger":{"type":"api"},"parent":null,"depth":0,"startKey":null,"tags":[],"priority":0}';

test('a hundred runs that are asked for at the same time take a dozen statements; one that cannot be read fails alone', async () => {
  let statements = 0;
  const query = async (_: unknown, [ids]: readonly unknown[]) => {
    statements += 1;
    return (ids as readonly RunId[]).map((id) => runRow(id, id === '7' ? 'no JSON' : facts));
  };
  const read = createRunDetails({ query } as unknown as Database);
  const ids = Array.from({ length: 100 }, (_, at) => runId(String(at + 1)));
  const outcomes = await Promise.allSettled(ids.map((id) => read(id, 10)));
  expect(statements).toBeLessThanOrEqual(12);
  for (const [at, outcome] of outcomes.entries()) {
    if (ids[at] === '7') expect(outcome.status).toBe('rejected');
    else expect(outcome).toMatchObject({ value: { run: { id: ids[at] }, attempts: [], reruns: [] } });
  }
});
