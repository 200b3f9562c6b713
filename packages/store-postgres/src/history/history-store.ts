import { runId } from '@millrace/core';
import type { HistoryStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { readFacts, tagInIndex } from '../runs/run-facts.ts';
import { decodeOld, type OldRow } from './old-row.ts';

const removeOldRuns = readStatement(import.meta.url, 'remove-old-runs');
const remainsOfRuns = readStatement(import.meta.url, 'remains-of-runs');
const clearAttempts = readStatement(import.meta.url, 'clear-attempts');
const removedFacts = readStatement(import.meta.url, 'removed-facts');
const forgetRemoved = readStatement(import.meta.url, 'forget-removed');

export function createHistoryStore(database: Database): HistoryStore {
  return {
    async removeRuns({ keepMs, after, limit }) {
      const [row] = await database.query<OldRow>(removeOldRuns, [after ?? '0', limit, Math.round(keepMs)]);
      return decodeOld(row, limit, runId);
    },
    async remains(limit) {
      return (await database.query<{ run: string }>(remainsOfRuns, [limit])).map(({ run }) => runId(run));
    },
    async clear(runs, limit) {
      if (runs.length === 0) return 0;
      const [cleared] = await database.query<{ count: number }>(clearAttempts, [runs, limit]);
      const count = cleared?.count ?? 0;
      if (count < limit) await forget(database, runs);
      return count;
    },
  };
}

/** Rows that are found only by what a run's own row said. */
async function forget(database: Database, runs: readonly string[]): Promise<void> {
  const removed = await database.query<{ run: string; facts: string }>(removedFacts, [runs]);
  const facts = removed.map(({ run, facts }) => ({ run, ...readFacts(facts) }));
  const tags = facts.flatMap(({ run, tags }) => [...new Set(tags.map(tagInIndex))].map((tag) => ({ run, tag })));
  const reruns = facts.flatMap(({ run, rerunOf }) => (rerunOf === undefined ? [] : [{ run, of: rerunOf.run }]));
  await database.query(forgetRemoved, [
    removed.map(({ run }) => run),
    tags.map(({ run }) => run),
    tags.map(({ tag }) => tag),
    reruns.map(({ of }) => of),
    reruns.map(({ run }) => run),
  ]);
}
