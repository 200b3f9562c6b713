// Who gets slots (the protocol: packages/engine/src/limits/granter.ts).
//
//   begin ─ lock of the workspace ─ read lines and holders ─▶ decideGrants ─▶ write verdicts ─ commit
//
// Decisions on one workspace are made one after the other: an advisory lock, taken before anything is read, so that each
// sees what the one before it has written. Commits do not take it: they add requests, which the look that follows them
// finds, and remove rows, which only makes room. Rows that a commit has locked are passed over, so a decision never waits
// for a commit, and no circle of locks can come of the two.
import {
  demandText,
  findCircles,
  type Holder,
  type LimitKey,
  type LimitKind,
  type RefusalReason,
  type RunId,
  runId,
  type SlotCancellation,
  slotRefText,
} from '@millrace/core';
import type { GrantOutcome, SlotStore, SlotVerdict } from '@millrace/engine';
import type { Database, Query, TransactionQuery } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { limitInIndex } from '../runs/run-facts.ts';
import { decideOnLine, grantThese, lineQuery, type StateRow, statesQuery, writeVerdicts } from './decide-on-line.ts';
import { type DemandRow, decodeRef, decodeRequests, type RequestWithKeys } from './slot-rows.ts';

const lockWorkspace = readStatement(import.meta.url, 'lock-workspace');
const nestedRequests = readStatement(import.meta.url, 'nested-requests');
const keyHolders = readStatement(import.meta.url, 'key-holders');
const untoldSlots = readStatement(import.meta.url, 'untold-slots');
const waitingKeys = readStatement(import.meta.url, 'waiting-keys');
const forgetStarts = readStatement(import.meta.url, 'forget-starts');
const freeOrphans = readStatement(import.meta.url, 'free-orphans');

type RefRow = Parameters<typeof decodeRef>[0];
type Outcome = { verdicts: SlotVerdict[]; cancels: SlotCancellation[]; wakeAt: number | null };
const nothing: GrantOutcome = { verdicts: [], cancels: [], wakeAt: null };

export function createSlotStore(database: Database): SlotStore {
  const lock = (workspace: string): Query => ({
    statement: lockWorkspace,
    values: [JSON.stringify([database.schema, workspace])],
  });
  return {
    async grant(workspace, keys) {
      const wanted = [...new Set(keys.map(({ kind, key }) => limitInIndex({ workspace, kind, key })))];
      if (wanted.length === 0) return nothing;
      const first = [lock(workspace), lineQuery(wanted), statesQuery(wanted)];
      return database.transaction(first, ([, rows, states], query) =>
        decideOnLine(query, wanted, rows as unknown as DemandRow[], states as unknown as StateRow[]),
      );
    },
    async untangle({ olderThanMs }) {
      const below = { statement: nestedRequests, values: [Math.round(olderThanMs)] };
      const waiting = decodeRequests(await database.query<DemandRow>(below.statement, below.values));
      const outcome: Outcome = { verdicts: [], cancels: [], wakeAt: null };
      for (const workspace of new Set(waiting.map((request) => request.workspace))) {
        const verdicts = await database.transaction([lock(workspace), below], ([, rows], query) =>
          untangleOne(
            query,
            decodeRequests(rows as unknown as DemandRow[]).filter((request) => request.workspace === workspace),
          ),
        );
        outcome.verdicts.push(...verdicts);
      }
      return outcome;
    },
    async untold({ olderThanMs, limit }) {
      const rows = await database.query<RefRow & { refusal: string | null }>(untoldSlots, [
        Math.round(olderThanMs),
        limit,
      ]);
      return rows.map(decodeVerdict);
    },
    async waitingKeys({ after, limit }) {
      type Row = Readonly<{ key: string; workspace: string; kind: LimitKind; name: string }>;
      const rows = await database.query<Row>(waitingKeys, [after ?? '', limit]);
      const keys = rows.map(({ workspace, kind, name }): LimitKey => ({ workspace, kind, key: name }));
      return { keys, next: rows.length === limit ? (rows.at(-1)?.key ?? null) : null };
    },
    async sweep() {
      await database.query(forgetStarts, []);
      const rows = await database.query<RefRow & { ordinal: number }>(freeOrphans, []);
      return rows.filter(({ ordinal }) => ordinal === 0).map(decodeRef);
    },
  };
}

async function untangleOne(
  query: TransactionQuery,
  requests: readonly RequestWithKeys[],
): Promise<readonly SlotVerdict[]> {
  const texts = new Map<string, string>();
  for (const { demands, keys } of requests) {
    for (const [index, demand] of demands.entries()) texts.set(keys[index] ?? '', demandText(demand));
  }
  const rows = await query<RefRow & { key: string }>({ statement: keyHolders, values: [[...texts.keys()]] });
  const holders = new Map<string, Holder[]>();
  for (const { key, run, step, iteration, item } of rows) {
    const text = texts.get(key) ?? '';
    const own = holders.get(text) ?? [];
    holders.set(text, own);
    own.push({ run: runId(run), step, iteration, item });
  }
  const { granted, refused } = findCircles(requests, holders);
  if (refused !== null) return writeVerdicts(query, { granted: [], refused: [{ ...refused, by: null }] });
  const passing = new Set(granted.map(slotRefText));
  return grantThese(
    query,
    requests.filter((request) => passing.has(slotRefText(request))),
  );
}

function decodeVerdict(row: RefRow & Readonly<{ refusal: string | null }>): SlotVerdict {
  const ref = decodeRef(row);
  if (row.refusal === null) return { ref, granted: true };
  return { ref, granted: false, ...(JSON.parse(row.refusal) as Refusal) };
}

type Refusal = Readonly<{ reason: RefusalReason; key: string; by: RunId | null }>;
