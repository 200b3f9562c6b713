import { createHash } from 'node:crypto';
import { type LimitKey, planHash, type RerunOf, type RunOrigin, runId } from '@millrace/core';

/** The part of a run's origin that SQL never looks into; stored as JSON. */
type RunFacts = Pick<RunOrigin, 'trigger' | 'parent' | 'depth' | 'startKey' | 'tags' | 'priority' | 'holds'> &
  Readonly<{ rerunOf?: RerunOf }>;

export function encodeFacts({ trigger, parent, depth, startKey, tags, priority, rerunOf, holds }: RunOrigin): string {
  const facts: RunFacts = { trigger, parent, depth, startKey, tags, priority };
  if (rerunOf === null && holds === undefined) return JSON.stringify(facts);
  return JSON.stringify({
    ...facts,
    ...(rerunOf === null ? {} : { rerunOf }),
    ...(holds === undefined ? {} : { holds }),
  });
}

export const readFacts = (text: string): RunFacts => JSON.parse(text) as RunFacts;

/**
 * How the facts of a run begin that an account started. Facts are not parsed in SQL (they may hold characters that it does
 * not take), so the account stands first in the trigger, and the trigger first of all.
 */
export const factsOfAccount = (account: string): string => `{"trigger":{"account":${JSON.stringify(account)},`;

/** The columns that the statements of this package read for an origin. */
export type OriginRow = Readonly<{
  run: string;
  workspace: string;
  workflow: string;
  revision: string;
  plan: string;
  folder: string;
  facts: string;
}>;

/** As it stands in rows, where it is empty for what is in none. */
export const folderIn = (folder: string): Readonly<{ folder?: string }> => (folder === '' ? {} : { folder });

export function decodeOrigin(row: OriginRow): RunOrigin {
  const facts = readFacts(row.facts);
  return {
    id: runId(row.run),
    workspace: row.workspace,
    workflow: row.workflow,
    ...folderIn(row.folder),
    revision: row.revision,
    plan: planHash(row.plan),
    trigger: facts.trigger,
    parent: facts.parent,
    depth: facts.depth,
    startKey: facts.startKey,
    tags: facts.tags,
    priority: facts.priority,
    rerunOf: facts.rerunOf ?? null,
    ...(facts.holds === undefined ? {} : { holds: facts.holds }),
  };
}

/** How a start key stands in its unique index, whatever its length and characters. */
export const startKeyInIndex = (workspace: string, startKey: string): string =>
  fitIndex(JSON.stringify([workspace, startKey]));

/** How a limit stands in the indexes of slots. */
export const limitInIndex = ({ workspace, kind, key }: LimitKey): string =>
  fitIndex(JSON.stringify([workspace, kind, key]));

export const tagInIndex = (tag: string): string => fitIndex(JSON.stringify(tag));

/** An index entry may have some 2,700 bytes. What is longer is told apart by its digest. */
const fitIndex = (text: string): string =>
  text.length <= 500 ? text : `${text.slice(0, 200)}~${createHash('sha256').update(text).digest('hex')}`;
