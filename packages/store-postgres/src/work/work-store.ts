import { type AttemptRef, type Lane, type RunOrigin, shareOf } from '@millrace/core';
import type { ClaimedWork, WorkStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import type { LaneNumberBook } from '../names/lane-numbers.ts';
import { decodeOrigin, type OriginRow } from '../runs/run-facts.ts';
import { decodeLane, decodeTime, decodeWork, type LaneRow, type WorkRow } from '../runs/run-rows.ts';
import { beginning, type ClaimMark, ClaimMarks } from './claim-marks.ts';

const claimWork = readStatement(import.meta.url, 'claim-work');
const readyLanes = readStatement(import.meta.url, 'ready-lanes');
const heldWork = readStatement(import.meta.url, 'held-work');
const heldOrigin = readStatement(import.meta.url, 'held-origin');
const heldAmong = readStatement(import.meta.url, 'held-among');
const giveBackWork = readStatement(import.meta.url, 'give-back-work');

type ClaimedRow = WorkRow & OriginRow & Readonly<{ started_at: string | null; paused: boolean }>;

type NumberedLane = Readonly<{ lane: Lane; number: number }>;

/** `monotonicMs` measures how old marks are; tests give their own. */
export function createWorkStore(
  database: Database,
  lanes: LaneNumberBook,
  monotonicMs: () => number = () => performance.now(),
): WorkStore {
  const marks = new ClaimMarks(monotonicMs);

  async function claimFrom(
    worker: string,
    numbers: readonly NumberedLane[],
    from: readonly ClaimMark[],
    limit: number,
  ): Promise<readonly ClaimedWork[]> {
    const turns = new Map<string, number>();
    const shares = numbers.map(({ lane }) => {
      const share = shareOf(lane);
      if (!turns.has(share)) turns.set(share, turns.size);
      return turns.get(share);
    });
    const values = [
      worker,
      numbers.map(({ number }) => number),
      shares,
      mostOfLane(numbers.length, limit),
      limit,
      from.map(({ priority }) => priority),
      from.map(({ readyAt }) => readyAt),
      from.map(({ run }) => run),
      from.map(({ step }) => step),
      from.map(({ iteration }) => iteration),
      from.map(({ item }) => item),
    ];
    const claimed = decodeClaimed(await database.query<ClaimedRow>(claimWork, values));
    if (claimed.length < limit) marks.clear();
    else for (const [lane, last] of lastOfLanes(claimed)) marks.passed(lanes.known(lane), last);
    return claimed;
  }

  /** A claim of many lanes looks at a part of each: those that gave all of that may have more. */
  async function claimFromBeginning(worker: string, numbers: readonly NumberedLane[], limit: number) {
    const claimed: ClaimedWork[] = [];
    let open = numbers;
    while (open.length > 0 && claimed.length < limit) {
      const rest = limit - claimed.length;
      const more = await claimFrom(
        worker,
        open,
        open.map(() => beginning),
        rest,
      );
      claimed.push(...more);
      const given = Map.groupBy(more, ({ work }) => lanes.known(work.lane));
      const most = mostOfLane(open.length, rest);
      open = open.filter(({ number }) => (given.get(number)?.length ?? 0) >= most);
    }
    return claimed;
  }

  return {
    async claim({ worker, lanes: wanted, limit }) {
      const numbers = await lanes.find(wanted);
      if (numbers.length === 0 || limit <= 0) return [];
      const own = numbers.map(({ number }) => number);
      const known = marks.of(own);
      const claimed = known === null ? [] : await claimFrom(worker, numbers, known, limit);
      if (claimed.length === limit) return claimed;
      // Behind the marks there is not enough, or they hold no longer: all is looked at.
      const beganAt = monotonicMs();
      const rest = await claimFromBeginning(worker, numbers, limit - claimed.length);
      if (claimed.length + rest.length === limit) marks.looked(own, beganAt);
      return [...claimed, ...rest];
    },
    async readyLanes() {
      return (await database.query<LaneRow>(readyLanes, [])).map(decodeLane);
    },
    async giveBack(worker, refs) {
      if (refs.length === 0) return;
      // It stands where it stood before: marks have passed it.
      marks.clear();
      await database.query(giveBackWork, [worker, ...columnsOf(refs)]);
    },
    async originOfHeld(worker, { run, step, iteration, item, attempt }) {
      const [row] = await database.query<OriginRow>(heldOrigin, [worker, run, step, iteration, item, attempt]);
      return row === undefined ? null : decodeOrigin(row);
    },
    async heldAmong(joined, refs) {
      const rows = await database.query<Readonly<{ place: string }>>(heldAmong, [joined, ...columnsOf(refs)]);
      return rows.map(({ place }) => Number(place));
    },
    async heldBy(worker) {
      return decodeClaimed(await database.query<ClaimedRow>(heldWork, [worker]));
    },
  };
}

/**
 * How many rows of each lane a claim looks at, and so locks. Of a few lanes as many as it wants, as one of them may have all
 * there is; of many just more than their part, so that a claim costs the same however many lanes there are.
 */
const mostOfLane = (lanes: number, limit: number): number => (lanes <= 4 ? limit : Math.ceil((2 * limit) / lanes));

function lastOfLanes(claimed: readonly ClaimedWork[]): ReadonlyMap<Lane, ClaimMark> {
  const last = new Map(claimed.map((each) => [each.work.lane, each]));
  const marks = [...last].map(([lane, { origin, work }]): [Lane, ClaimMark] => {
    const { priority, readyAt, step, iteration, item } = work;
    return [lane, { priority, readyAt, run: origin.id, step, iteration, item }];
  });
  return new Map(marks);
}

const columnsOf = (refs: readonly AttemptRef[]): readonly (readonly (string | number)[])[] => [
  refs.map(({ run }) => run),
  refs.map(({ step }) => step),
  refs.map(({ iteration }) => iteration),
  refs.map(({ item }) => item),
  refs.map(({ attempt }) => attempt),
];

/** Items of a run stand together; what is the same for all of them is read once. */
function decodeClaimed(rows: readonly ClaimedRow[]): readonly ClaimedWork[] {
  let origin: RunOrigin | null = null;
  return rows.map((row) => {
    if (origin === null || origin.id !== row.run) origin = decodeOrigin(row);
    return { origin, startedAt: decodeTime(row.started_at), paused: row.paused, work: decodeWork(row) };
  });
}
