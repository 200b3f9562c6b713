// The commit: many runs, one statement, one round trip, one transaction.
//
// Model: each run of the batch stands under its own condition. Creating needs that neither its id nor its start key exists;
// changing needs that its version is the expected one. Both are decided by the first parts of the statement (create-runs,
// update-runs); every other part writes only rows of the runs that passed, so a run that lost leaves nothing behind.
//
// Order: start keys, then runs by id, then work by its key, then slots by theirs. Every commit locks in this order, so two servers that commit
// for the same runs wait for each other but never in a circle.
//
// One statement must not touch a row twice. So what is both ended and begun anew is a replacement (replace-work), a wait
// that is cleared and set is only set, and work that is cancelled and done is only done.
//
// Failure: a statement that throws was rolled back, unless the connection broke: then it may have happened.
import { type Lane, type LimitKey, MillraceError, runId } from '@millrace/core';
import type { CommitOutcome, RunCommit } from '@millrace/engine';
import type { Writer } from '../connections/writer.ts';
import type { LaneNumberBook } from '../names/lane-numbers.ts';
import type { WorkflowNumberBook } from '../names/workflow-numbers.ts';
import { type CommitRows, collectRows } from './commit/collect-rows.ts';
import { commitStatements, freesSlots } from './commit/commit-statement.ts';
import { encodeRows } from './commit/encode-rows.ts';
import { chooseSeparators, join, type Parameters, type Separators } from './commit/parameters.ts';

type CommitParts = Readonly<{
  schema: string;
  channel: string;
  writer: Writer;
  workflows: WorkflowNumberBook;
  lanes: LaneNumberBook;
  now: () => Promise<number>;
  /** Told when a commit is sent again. It should not happen: the order of locks forbids it. */
  onError: (error: unknown) => void;
}>;

/** How often a commit that PostgreSQL gave up for another's sake is sent again. */
const conflictAttempts = 5;

export function createCommit(
  parts: CommitParts,
): (batch: readonly RunCommit[], hint: string | null) => Promise<CommitOutcome> {
  const statementFor = commitStatements(parts.schema);
  return async (batch, hint) => {
    if (batch.length === 0 && hint === null) {
      return { committed: new Set(), now: await parts.now(), freed: noKeys };
    }
    const rows = collectRows(batch);
    const workflows = await parts.workflows.of(rows.creates.map(({ create }) => create.origin));
    await addUnknownLanes(parts.lanes, rows);
    const { used, parameters } = encodeRows(rows, { workflows, lane: (lane) => knownLane(parts.lanes, lane) });
    const statement = statementFor(used, hint !== null);
    const separators = chooseSeparators(parameters);
    const all = { ...parameters, ...separators, expected: batch.length, channel: parts.channel, hint };
    const values = statement.parameters.map((name) => parameterValue(all, name, separators));
    const query = { name: statement.name, text: statement.text, values, rowMode: 'array' as const };
    for (let attempt = 1; ; attempt++) {
      try {
        const [answer] = await parts.writer.query(query, 'commit');
        return readAnswer(answer ?? [], batch, freesSlots(used));
      } catch (error) {
        const again = error instanceof MillraceError && error.code === 'conflict' && attempt < conflictAttempts;
        if (!again) throw error;
        parts.onError(error);
      }
    }
  };
}

async function addUnknownLanes(lanes: LaneNumberBook, { newWork, nextWork }: CommitRows): Promise<void> {
  const unknown: Lane[] = [];
  for (const list of [newWork, nextWork]) {
    for (const { row } of list) if (lanes.known(row.work.lane) === null) unknown.push(row.work.lane);
  }
  await lanes.add(unknown, false);
}

function knownLane(lanes: LaneNumberBook, lane: Lane): number {
  const number = lanes.known(lane);
  if (number === null) throw new Error(`The lane ${JSON.stringify(lane)} has no number.`);
  return number;
}

function parameterValue(
  parameters: Parameters,
  name: string,
  separators: Separators,
): string | number | boolean | null {
  const value = parameters[name];
  if (value === undefined) throw new Error(`The commit statement wants a parameter ${name}, which nobody gives.`);
  return value !== null && typeof value === 'object' ? join(value, separators) : value;
}

const noKeys: CommitOutcome['freed'] = [];

/** `freed` stands in the answer only when the statement frees slots. */
function readAnswer(
  [now, count, ids, freed]: readonly unknown[],
  batch: readonly RunCommit[],
  frees: boolean,
): CommitOutcome {
  const committed =
    count === batch.length
      ? batch.map(({ id }) => id)
      : typeof ids === 'string' && ids !== ''
        ? ids.split(',').map(runId)
        : [];
  return {
    committed: new Set(committed),
    now: Number(now),
    freed: frees && typeof freed === 'string' ? readKeys(freed) : noKeys,
  };
}

function readKeys(text: string): readonly LimitKey[] {
  const rows = JSON.parse(text) as readonly [string, LimitKey['kind'], string][];
  return rows.map(([workspace, kind, key]) => ({ workspace, kind, key }));
}
