// The rounds of a benchmark: in each round every workload is measured once on every subject, one cell after another, so that
// what disturbs the machine for a while disturbs all subjects alike.
import type { CellDatabase, Databases } from './databases.ts';
import type { Options } from './options.ts';
import { peers as allPeers } from './peers/index.ts';
import { type Measurement, type Note, type Row, summarise } from './rows.ts';
import { type FromCell, hardLimitMs, runCell } from './run-cell.ts';
import { sizes } from './sizes.ts';
import { millrace, millraceServer, type Subject } from './subjects.ts';
import type { Workload } from './workload.ts';

export type Results = Readonly<{
  rows: readonly Row[];
  notes: readonly Note[];
  /** Cells of Millrace that ended with an error. */
  failed: number;
}>;

type Cell = Readonly<{ workload: Workload; subject: Subject; rounds: Measurement[]; notes: Set<string> }>;

export async function measureAll(
  options: Options,
  databases: Databases,
  peers: readonly Subject[],
  say: (text: string) => void,
): Promise<Results> {
  const cells = options.workloads.flatMap((workload) => cellsOf(workload, options, peers));
  const until = performance.now() + options.withinMs;
  const rounds = Array.from({ length: options.rounds }, (_, round) =>
    cells.filter((cell) => skipReason(cell, options) === null && (cell.workload.once !== true || round === 0)),
  );
  const count = rounds.flat().length;
  let failed = 0;
  let number = 0;
  for (const [round, itsCells] of rounds.entries()) {
    for (const cell of itsCells) {
      const { workload, subject, rounds, notes } = cell;
      const began = performance.now();
      number += 1;
      say(`${number} of ${count}, round ${round + 1}: ${workload.name}, ${subject.name} ${subject.mode} …`);
      if (began >= until) {
        const minutes = options.withinMs / 60_000;
        say(`  left out: the ${minutes} minutes for all (--within) are over`);
        notes.add(`round ${round + 1} not measured: the ${minutes} minutes for all were over`);
        continue;
      }
      const answer = await measureCell(cell, options, databases, until).catch(notMeasured);
      const took = `${((performance.now() - began) / 1_000).toFixed(1)} s`;
      if (answer.type === 'failed') {
        say(`  failed after ${took}: ${answer.error}`);
        notes.add(`failed: ${answer.error.split('\n')[0]}`);
        if (subject.name === 'millrace') failed += 1;
        continue;
      }
      say(`  ${took}: ${showMeasurement(answer.measurement)}`);
      for (const note of answer.notes) notes.add(note);
      rounds.push(answer.measurement);
    }
  }
  for (const cell of cells) {
    const skipped = skipReason(cell, options);
    if (skipped !== null) cell.notes.add(`does not apply: ${skipped}`);
  }
  const named = ({ workload, subject }: Cell) => ({
    workload: workload.name,
    subject: subject.name,
    mode: subject.mode,
  });
  return {
    rows: cells.flatMap((cell) => summarise(named(cell), cell.rounds)),
    notes: cells.flatMap((cell) => [...cell.notes].map((note) => ({ ...named(cell), note }))),
    failed,
  };
}

function cellsOf(workload: Workload, options: Options, peers: readonly Subject[]): readonly Cell[] {
  const own = workload.subjects === 'server' ? [millraceServer] : options.workers.map(millrace);
  return [...own, ...peers].map((subject) => ({ workload, subject, rounds: [], notes: new Set<string>() }));
}

/** Why a workload is not measured on a subject; null: it is. */
function skipReason({ workload, subject }: Cell, { database }: Options): string | null {
  if (workload.needsDatabase === true && database === 'memory') return 'it is about a database';
  if (subject.name === 'millrace') return null;
  if (workload.subjects === 'millrace' || workload.subjects === 'server') return workload.why ?? null;
  if (database === 'memory') return 'the database is the memory store of Millrace';
  const joinsNot = allPeers.find(({ name }) => name === subject.name)?.joinsNot;
  return workload.subjects === 'fan-out' ? (joinsNot ?? null) : null;
}

/** What keeps one cell from being measured (a database that cannot be made or dropped) ends no other. */
const notMeasured = (cause: unknown): FromCell => ({
  type: 'failed',
  error: cause instanceof Error ? cause.message : String(cause),
});

/** How long a workload may take that fills tables with millions of rows first. */
const fillingMs = 8 * 60_000;

async function measureCell(
  { workload, subject }: Cell,
  options: Options,
  databases: Databases,
  until: number,
): Promise<FromCell> {
  const database: CellDatabase = await databases.create();
  try {
    const { budgetMs } = options;
    // Of Millrace's own workloads some fill tables for minutes.
    const ownMs = subject.name === 'millrace' && options.sizes === 'full' ? fillingMs : hardLimitMs(budgetMs);
    // Closing what was begun in time is waited for.
    const limitMs = Math.min(ownMs, Math.max(until - performance.now(), budgetMs));
    const task = { workload: workload.name, subject, where: database.where, sizes: sizes[options.sizes], budgetMs };
    return await runCell(task, limitMs, options.profiles);
  } finally {
    await database.drop();
  }
}

const showMeasurement = (measurement: Measurement): string =>
  Object.entries(measurement)
    .map(
      ([metric, { unit, values }]) =>
        `${metric} ${values.map((value) => Number(value.toPrecision(3))).join('/')} ${unit}`,
    )
    .join(', ');
