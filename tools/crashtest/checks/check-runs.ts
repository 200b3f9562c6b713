// What has to be true of the rows of all runs when everything has ended.
import { type EndedAttempt, isRunEnd, type LoadedRun } from '@millrace/core';
import type { Acknowledged } from './callers.ts';
import type { Pause } from './pauser.ts';
import type { TakenAnswer } from './people.ts';
import { expectedOutput, failingWorkflow, type LedgerLine } from './workload.ts';

export type Histories = Readonly<{
  runs: readonly LoadedRun[];
  acknowledged: readonly Acknowledged[];
  answers: readonly TakenAnswer[];
  pauses: readonly Pause[];
  ledger: readonly LedgerLine[];
}>;

/** How often a step that does not count losses as attempts may lose its worker: the last loss ends it. */
const lossesThatEnd = 3;

/** Everything that is not as promised, a sentence for each. */
export function checkRuns({ runs, acknowledged, answers, pauses, ledger }: Histories): readonly string[] {
  const violations: string[] = [];
  const violate = (text: string): void => void violations.push(text);
  const byId = new Map(runs.map((loaded) => [String(loaded.run.id), loaded]));

  const starts = new Map(acknowledged.map((start) => [start.run, start]));
  for (const { key, run, shape, n } of acknowledged) {
    const loaded = byId.get(run);
    if (loaded === undefined) {
      violate(`Run ${run} (${shape}, ${key}) was acknowledged and is lost.`);
      continue;
    }
    const { status, output, startKey } = loaded.run;
    if (startKey !== key) violate(`Run ${run} has the start key ${startKey}; it was acknowledged for ${key}.`);
    const found = output === null ? null : JSON.parse(output).n;
    const expected = expectedOutput[shape]?.(n);
    if (status === 'succeeded' ? found !== expected : !(status === 'failed' && endedByLosses(loaded))) {
      violate(
        `Run ${run} (${shape}) is ${status} with n = ${found}; expected ${expected}. ${loaded.run.error?.message}`,
      );
    }
  }
  for (const { run } of runs) {
    if (run.parent === null && !starts.has(String(run.id)))
      violate(`Run ${run.id} (${run.startKey}) has no acknowledgement.`);
  }
  for (const loaded of runs) checkRun(loaded, violate);
  checkChildren(runs, violate);
  checkAnswers(byId, answers, violate);
  checkPauses(byId, pauses, violate);
  checkBodies(runs, ledger, violate);
  return violations;
}

const stepRun = ({ step, iteration, item }: EndedAttempt): string => `${step}/${iteration}/${item}`;

/** A local run is lost as a whole. */
function endedByLosses({ run, attempts }: LoadedRun): boolean {
  if (run.workflow === 'local') return run.error?.code === 'worker_lost';
  const ends = attempts.filter(({ final, reason, item }) => final && reason === 'worker_lost' && item === -1);
  return ends.some(
    (end) =>
      attempts.filter((one) => stepRun(one) === stepRun(end) && one.reason === 'worker_lost').length === lossesThatEnd,
  );
}

function checkRun({ run, attempts, work, waits }: LoadedRun, violate: (text: string) => void): void {
  const name = `Run ${run.id} (${run.workflow})`;
  if (!isRunEnd(run.status)) violate(`${name} has not ended: ${run.status}.`);
  if (isRunEnd(run.status) !== (run.endedAt !== null)) violate(`${name} is ${run.status}, ended at ${run.endedAt}.`);
  if (work.length + waits.length > 0) violate(`${name} keeps ${work.length} rows of work, ${waits.length} waits.`);
  for (const [key, rows] of Map.groupBy(attempts, stepRun)) {
    const final = rows.filter((row) => row.final);
    if (final.length !== 1) violate(`${name}, step ${key}: ${final.length} final attempts.`);
    const numbers = rows.map(({ attempt }) => attempt).sort((a, b) => a - b);
    const first = numbers[0] === 0 ? 0 : 1;
    if (numbers.some((number, index) => number !== first + index)) {
      violate(`${name}, step ${key}: its attempts are ${numbers.join(', ')}.`);
    }
    if (final[0]?.attempt !== numbers.at(-1)) violate(`${name}, step ${key}: attempts after the final one.`);
  }
  const unmeant = attempts.filter(
    (row) => !row.final && row.reason !== 'worker_lost' && run.workflow !== failingWorkflow,
  );
  for (const [code, rows] of Map.groupBy(unmeant, ({ error }) => error?.code)) {
    violate(
      `${name}: ${rows.length} attempts were used up by ${code}, not by their bodies: ${rows[0]?.error?.message}`,
    );
  }
}

function checkChildren(runs: readonly LoadedRun[], violate: (text: string) => void): void {
  const children = runs.filter(({ run }) => run.parent !== null);
  const byAttempt = Map.groupBy(children, ({ run: { parent } }) =>
    [parent?.run, parent?.step, parent?.iteration, parent?.item, parent?.attempt].join('/'),
  );
  for (const [key, same] of byAttempt) {
    if (same.length > 1)
      violate(`Attempt ${key} has ${same.length} children: ${same.map(({ run }) => run.id).join(', ')}`);
  }
  const started = new Map(runs.map((loaded) => [loaded.run.id, loaded]));
  for (const { run } of children) {
    const { parent } = run;
    if (parent === null) continue;
    const ended = started
      .get(parent.run)
      ?.attempts.find(
        (row) =>
          row.step === parent.step &&
          row.iteration === parent.iteration &&
          row.item === parent.item &&
          row.attempt === parent.attempt,
      );
    if (ended?.status !== run.status || ended.output !== run.output) {
      violate(
        `Run ${run.id} ended ${run.status} with ${run.output}; its parent knows ${ended?.status} ${ended?.output}.`,
      );
    }
  }
}

/** Each answer that was taken stands in the approval's output, once, as it was said. */
function checkAnswers(
  runs: ReadonlyMap<string, LoadedRun>,
  answers: readonly TakenAnswer[],
  violate: (text: string) => void,
): void {
  for (const { run, by, n } of answers) {
    const outputs = (runs.get(run)?.attempts ?? []).flatMap(({ output }) => (output === null ? [] : [output]));
    const said = outputs
      .map(
        (text) => JSON.parse(text) as { answers?: readonly { by: string; decision: string; values: { n: number } }[] },
      )
      .flatMap((output) => output.answers ?? [])
      .filter((answer) => answer.by === by);
    if (said.length !== 1 || said[0]?.decision !== 'approve' || said[0].values.n !== n) {
      violate(`${by} approved run ${run} with ${n}; recorded is ${JSON.stringify(said)}.`);
    }
  }
}

/** While a run was paused no worker was given anything of it. */
function checkPauses(
  runs: ReadonlyMap<string, LoadedRun>,
  pauses: readonly Pause[],
  violate: (text: string) => void,
): void {
  for (const { run, from, to } of pauses) {
    for (const row of runs.get(run)?.attempts ?? []) {
      const { worker, startedAt } = row;
      if (worker === null || startedAt === null || startedAt <= from || startedAt >= to) continue;
      const at = `step ${stepRun(row)}, attempt ${row.attempt}`;
      violate(`Run ${run} was paused from ${from} to ${to}, and ${at}, was given to a worker at ${startedAt}.`);
    }
  }
}

/** Each recorded result is what the body of just this attempt wrote, and no body ran twice for one attempt. */
function checkBodies(runs: readonly LoadedRun[], ledger: readonly LedgerLine[], violate: (text: string) => void): void {
  const byNonce = new Map(ledger.map((line) => [line.nonce, line]));
  if (byNonce.size !== ledger.length) violate('Two bodies wrote the same text.');
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { run, attempts } of runs) {
    for (const row of attempts) {
      if (row.output === null || row.worker === null) continue;
      const at = `Run ${run.id} (${run.workflow}), step ${stepRun(row)}, attempt ${row.attempt}`;
      const result = JSON.parse(row.output) as { n?: number; nonce?: string };
      const line = byNonce.get(result.nonce ?? '');
      if (line === undefined || taken.has(line.nonce)) {
        violate(
          `${at}: its result ${row.output} was written by ${line === undefined ? 'no body' : 'the body of another'}.`,
        );
        continue;
      }
      taken.add(line.nonce);
      const place = `${run.workflow}/${row.step}`;
      const name = names.get(place) ?? line.step;
      names.set(place, name);
      const same =
        line.run === String(run.id) && line.step === name && line.item === row.item && line.attempt === row.attempt;
      const turn = line.iteration === row.iteration;
      if (!same || !turn || line.n !== String(result.n)) violate(`${at}: its result is of ${JSON.stringify(line)}.`);
    }
  }
  const bodies = Map.groupBy(ledger, (line) =>
    [line.run, line.step, line.item, line.iteration, line.attempt, line.n].join('/'),
  );
  for (const [key, lines] of bodies) if (lines.length > 1) violate(`The body of ${key} ran ${lines.length} times.`);
  const known = new Set(runs.map(({ run }) => String(run.id)));
  for (const { run, step } of ledger)
    if (!known.has(run)) violate(`A body of run ${run}, step ${step}, ran; there is no such run.`);
}
