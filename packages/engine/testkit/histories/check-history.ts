// What has to be true of any history, in whatever order its calls happened: the promises of the store's ports, looked at
// from outside. Each function tells what is not so.
import type { LoadedRun, RunId, WorkerId } from '@millrace/core';
import type { RunCommit } from '../../src/ports/index.ts';
import { attemptText, type Entry, type Ledger, messageText, refText } from './ledger.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, Readonly<{ kind: Kind }>>;
type Won = Of<'commit'>;
/** The commits that won, of each run, by the version that they made. */
type Winners = ReadonlyMap<RunId, readonly Won[]>;

/** `last`: all runs as they stand when every client has stopped. */
export function checkHistory(ledger: Ledger, last: readonly LoadedRun[]): readonly string[] {
  const { entries } = ledger;
  const winners = winnersOf(entries);
  const ends = { kind: 'load', ids: [...winners.keys()], loaded: last, from: Infinity, to: Infinity } as const;
  return [
    ...checkVersions(entries, winners),
    ...checkStartKeys(entries),
    ...[...ofKind(entries, 'load'), ends].flatMap((load) => checkLoad(load, winners)),
    ...checkClaims(entries, winners),
    ...checkMessages(entries, winners),
    ...checkWaits(entries, winners),
    ...checkLeases(entries),
    ...checkNothingLeft(last),
  ];
}

const ofKind = <Kind extends Entry['kind']>(entries: readonly Entry[], kind: Kind): readonly Of<Kind>[] =>
  entries.filter((entry): entry is Of<Kind> => entry.kind === kind);

function winnersOf(entries: readonly Entry[]): Winners {
  const won = ofKind(entries, 'commit').filter(({ won }) => won);
  const byRun = Map.groupBy(won, ({ commit }) => commit.id);
  for (const list of byRun.values()) list.sort((a, b) => a.commit.expectedVersion - b.commit.expectedVersion);
  return byRun;
}

/** One winner for each version, and none is left out; a loser lost because another was faster. */
function checkVersions(entries: readonly Entry[], winners: Winners): readonly string[] {
  const faults: string[] = [];
  for (const [run, list] of winners) {
    const versions = list.map(({ commit }) => commit.expectedVersion);
    if (versions.some((version, index) => version !== index)) {
      faults.push(`Run ${run}: the winners were decided on versions ${versions.join(', ')}.`);
    }
    for (const [index, later] of list.entries()) {
      const before = list[index - 1];
      if (before !== undefined && later.to < before.from) {
        faults.push(`Run ${run}: version ${index} was made after version ${index + 1}.`);
      }
    }
  }
  for (const { commit, won, to } of ofKind(entries, 'commit')) {
    if (won || commit.create !== null) continue;
    const rival = winners.get(commit.id)?.find((one) => one.commit.expectedVersion === commit.expectedVersion);
    if (rival === undefined || rival.from > to) {
      faults.push(`Run ${commit.id}: a commit on version ${commit.expectedVersion} lost, and nobody else had won.`);
    }
  }
  return faults;
}

/** A key begins one run, and a start is refused only for a run that has its key. */
function checkStartKeys(entries: readonly Entry[]): readonly string[] {
  const faults: string[] = [];
  const starts = ofKind(entries, 'commit').filter(({ commit }) => commit.create !== null);
  for (const [key, same] of Map.groupBy(starts, ({ commit }) => commit.create?.origin.startKey ?? null)) {
    const won = same.filter((one) => one.won);
    if (key !== null && won.length > 1) {
      faults.push(`Start key ${key} began runs ${won.map(({ commit }) => commit.id).join(', ')}.`);
    }
    for (const lost of same) {
      if (lost.won || (key !== null && won.some((one) => one.from < lost.to))) continue;
      faults.push(`The start of run ${lost.commit.id} was refused, and no run had its key ${key}.`);
    }
  }
  return faults;
}

/** What was loaded is a run as it stood after one of its commits, no older and no newer than the call allows. */
function checkLoad({ ids, loaded, from, to }: Of<'load'>, winners: Winners): readonly string[] {
  const faults: string[] = [];
  for (const run of ids) {
    const list = winners.get(run) ?? [];
    const found = loaded.find((one) => one.run.id === run);
    const version = found?.run.version ?? 0;
    const least = list.filter((one) => one.to < from).length;
    const most = list.filter((one) => one.from < to).length;
    if (version < least || version > most) {
      faults.push(`Run ${run} was loaded with version ${version}; by then it had between ${least} and ${most}.`);
    } else if (found !== undefined) {
      const wanted = textOf(replay(list.slice(0, version).map(({ commit }) => commit)));
      const seen = textOf(rowsOf(found));
      if (wanted !== seen) faults.push(`Run ${run} at version ${version} is ${seen}; its commits made it ${wanted}.`);
    }
  }
  return faults;
}

type Rows = Readonly<{ control: string | null; attempts: Set<string>; work: Set<string>; waits: Set<string> }>;

/** Who holds work is not the commits' business alone, so it is left out. */
function rowsOf({ run, attempts, work, waits }: LoadedRun): Rows {
  return {
    control: run.control,
    attempts: new Set(attempts.map(attemptText)),
    work: new Set(work.map(attemptText)),
    waits: new Set(waits.map((wait) => `${attemptText({ ...wait, attempt: 0 })} ${wait.kind}`)),
  };
}

function replay(commits: readonly RunCommit[]): Rows {
  const rows = { attempts: new Set<string>(), work: new Set<string>(), waits: new Set<string>() };
  let control: string | null = null;
  for (const { changes } of commits) {
    if (changes.head !== null) control = changes.head.control;
    for (const row of changes.attempts) rows.attempts.add(attemptText(row));
    for (const row of changes.workDone) rows.work.delete(attemptText(row));
    for (const row of changes.work) rows.work.add(attemptText(row));
    for (const row of changes.waitsDone) rows.waits.delete(`${attemptText({ ...row, attempt: 0 })} ${row.kind}`);
    for (const row of changes.waits) rows.waits.add(`${attemptText({ ...row, attempt: 0 })} ${row.kind}`);
  }
  return { control, ...rows };
}

const textOf = ({ control, ...sets }: Rows): string =>
  JSON.stringify([control, ...Object.values(sets).map((set) => [...set].sort())]);

/** An attempt has one holder at a time: between two claims it was given back; and none comes after its end. */
function checkClaims(entries: readonly Entry[], winners: Winners): readonly string[] {
  const faults: string[] = [];
  const flat = (kind: 'claim' | 'give_back') =>
    Map.groupBy(
      ofKind(entries, kind).flatMap(({ refs, worker, from, to }) => refs.map((ref) => ({ ref, worker, from, to }))),
      ({ ref }) => refText(ref),
    );
  const given = flat('give_back');
  const ends = new Map(
    [...winners.values()]
      .flat()
      .flatMap((won) =>
        won.commit.changes.workDone.map((key) => [refText({ run: won.commit.id, ...key }), won] as const),
      ),
  );
  for (const [ref, claims] of flat('claim')) {
    claims.sort((a, b) => a.to - b.to);
    for (const [index, claim] of claims.entries()) {
      const next = claims[index + 1];
      const end = ends.get(ref);
      if (end !== undefined && end.to < claim.from) faults.push(`Attempt ${ref} was claimed after its end.`);
      if (next === undefined) continue;
      const back = given
        .get(ref)
        ?.some((one) => one.worker === claim.worker && one.from < next.to && one.to > claim.from);
      if (back !== true) faults.push(`Attempt ${ref} was claimed by ${next.worker} while ${claim.worker} had it.`);
    }
  }
  return faults;
}

/** Every message of a commit that won was acted on once; messages of losers never were there. */
function checkMessages(entries: readonly Entry[], winners: Winners): readonly string[] {
  const sent = new Set(
    [...winners.values()]
      .flat()
      .flatMap(({ commit }) =>
        commit.changes.outbox.map((_, ordinal) =>
          messageText({ run: commit.id, version: commit.expectedVersion + 1, ordinal }),
        ),
      ),
  );
  const delivered = [...winners.values()].flat().flatMap(({ commit }) => commit.delivered.map(messageText));
  const taken = ofKind(entries, 'take_old').flatMap(({ messages }) => messages.map(({ key }) => messageText(key)));
  const faults = [...new Set([...taken, ...delivered])]
    .filter((key) => !sent.has(key))
    .map((key) => `Message ${key} was there, and nobody had sent it.`);
  for (const key of sent) {
    const times = delivered.filter((one) => one === key).length;
    if (times !== 1) faults.push(`Message ${key} was acted on ${times} times.`);
  }
  return faults;
}

/** Every wait that was set fired once, not before its time was there. */
function checkWaits(entries: readonly Entry[], winners: Winners): readonly string[] {
  const set = new Map<string, Won>(
    [...winners.values()]
      .flat()
      .flatMap((won) =>
        won.commit.changes.waits.map((wait) => [`${won.commit.id}/${attemptText(wait)}`, won] as const),
      ),
  );
  const faults: string[] = [];
  const fired = new Set<string>();
  for (const { waits, to, clock } of ofKind(entries, 'take_due')) {
    for (const wait of waits) {
      const text = `${wait.run}/${attemptText(wait)}`;
      fired.add(text);
      const setter = set.get(text);
      if (setter === undefined || setter.from > to) faults.push(`Wait ${text} was due, and nobody had set it.`);
      if (wait.dueAt > clock.most) faults.push(`Wait ${text} fired before its time.`);
    }
  }
  for (const text of set.keys()) if (!fired.has(text)) faults.push(`Wait ${text} was lost.`);
  return faults;
}

/** A lease that was renewed is not over before its time, and who was removed stays away until it registers. */
function checkLeases(entries: readonly Entry[]): readonly string[] {
  const faults: string[] = [];
  const leases = entries.filter(
    (entry) => entry.kind === 'register' || (entry.kind === 'renew' && entry.alive),
  ) as readonly (Of<'register'> | Of<'renew'>)[];
  const removals = ofKind(entries, 'remove').filter(({ removed }) => removed);
  const wasRemoved = (worker: WorkerId, from: number, to: number): boolean =>
    removals.some((one) => one.worker === worker && one.to > from && one.from < to);
  for (const { workers, clock, from, to } of ofKind(entries, 'expired')) {
    for (const worker of workers) {
      const lasting = leases.find(
        (lease) =>
          lease.worker === worker &&
          lease.to < from &&
          lease.clock.least + lease.leaseMs > clock.most &&
          !wasRemoved(worker, lease.from, to),
      );
      if (lasting !== undefined) faults.push(`The lease of ${worker} was taken for over before its time.`);
    }
  }
  for (const renewal of ofKind(entries, 'renew')) {
    const { worker, alive, from, to } = renewal;
    const before = removals.filter((one) => one.worker === worker && one.to < from).at(-1);
    if (!alive || before === undefined) continue;
    const back = leases.some(
      (one) => one.kind === 'register' && one.worker === worker && one.to > before.from && one.from < to,
    );
    if (!back) faults.push(`Worker ${worker} was removed, and renewed its lease without registering.`);
  }
  return faults;
}

const checkNothingLeft = (last: readonly LoadedRun[]): readonly string[] =>
  last
    .filter(({ work, waits }) => work.length + waits.length > 0)
    .map(({ run, work, waits }) => `Run ${run.id} keeps ${work.length} rows of work and ${waits.length} waits.`);
