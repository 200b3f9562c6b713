import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../packages/store-postgres/src/connections/database.ts';
import { readStatement } from '../../packages/store-postgres/src/connections/statement.ts';
import { rate } from './workload.ts';

const slotsNow = readStatement(import.meta.url, 'slots-now');
const startsNow = readStatement(import.meta.url, 'starts-now');
const everyMs = 250;

export type SlotRow = Readonly<{
  run: string;
  step: number;
  iteration: number;
  item: number;
  kind: 'concurrency' | 'queue' | 'rate';
  name: string;
  most: number;
  holding: boolean;
  /** Its holder is there: it has not ended, and has work or a wait. */
  held: boolean;
}>;

/** Starts of a rate; the store numbers them, and begins anew when all are forgotten. */
type StartRow = Readonly<{ key: string; number: string; at: string }>;

export type SlotWatch = Readonly<{
  looks(): number;
  /** The most holders of each limit at one moment. */
  most(): ReadonlyMap<string, number>;
  /** Starts that the rate counted. */
  starts(): number;
  /** Ends with one more look, at which nobody may hold or wait for anything. */
  stop(): Promise<void>;
}>;

/** Looks again and again at the slots in the database, each time at one moment of it. */
export function watchSlots(url: string, schema: string, violate: (text: string) => void): SlotWatch {
  const database = openDatabase({ url, applicationName: 'crashtest' }, schema, 1, () => {});
  const most = new Map<string, number>();
  const starts = new Map<string, number>();
  const told = new Set<string>();
  let looks = 0;
  let stopped = false;

  const tell = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    violate(text);
  };

  const look = async (): Promise<readonly SlotRow[]> => {
    const [slots, counted] = await database.snapshot<[SlotRow[], StartRow[]]>([
      { statement: slotsNow, values: [] },
      { statement: startsNow, values: [] },
    ]);
    looks += 1;
    for (const text of checkSlots(slots)) tell(text);
    for (const [limit, held] of holders(slots)) most.set(limit, Math.max(most.get(limit) ?? 0, held));
    for (const { key, number, at } of counted) starts.set(`${key} ${number} ${at}`, Number(at));
    return slots;
  };

  const loop = (async () => {
    while (!stopped) {
      await look().catch(() => {}); // It is down at the moment.
      await sleep(everyMs);
    }
  })();
  return {
    looks: () => looks,
    most: () => most,
    starts: () => starts.size,
    async stop() {
      stopped = true;
      await loop;
      const left = await look();
      if (left.length > 0) tell(`${left.length} slots are left: ${JSON.stringify(left.slice(0, 5))}`);
      for (const text of checkRate([...starts.values()])) tell(text);
      await database.close();
    },
  };
}

function holders(slots: readonly SlotRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, name, holding } of slots) {
    if (holding) counts.set(`${kind} ${name}`, (counts.get(`${kind} ${name}`) ?? 0) + 1);
  }
  return counts;
}

/** What is wrong with the slots of one moment. */
export function checkSlots(slots: readonly SlotRow[]): readonly string[] {
  const violations: string[] = [];
  for (const { run, step, item, kind, name, held } of slots) {
    if (!held)
      violations.push(`The ${kind} ${name} has a slot of run ${run}, step ${step}, item ${item}, which is gone.`);
  }
  const limitOf = new Map(slots.map(({ kind, name, most }) => [`${kind} ${name}`, most]));
  for (const [limit, count] of holders(slots)) {
    const allowed = limitOf.get(limit) ?? 0;
    if (count > allowed) violations.push(`The ${limit} has ${count} holders; its limit is ${allowed}.`);
  }
  return violations;
}

/** In no span of the rate's length may there be more starts than it allows. */
export function checkRate(starts: readonly number[]): readonly string[] {
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.flatMap((at, index) => {
    const earlier = sorted[index - rate.limit];
    if (earlier === undefined || at - earlier >= rate.perMs) return [];
    return [`The rate ${rate.key} had ${rate.limit + 1} starts within ${at - earlier} ms, until ${at}.`];
  });
}
