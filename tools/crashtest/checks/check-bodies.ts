import type { LoadedRun } from '@millrace/core';
import { bodyText, type Histories, stepName, stepRun, type Violate } from './histories.ts';

/** Results that bodies gave, and no cache, run before or engine. */
export const isOfBody = ({ output, worker, reason }: LoadedRun['attempts'][number]): boolean =>
  output !== null && worker !== null && reason !== 'cached' && reason !== 'reused';

/** Each recorded result is what the body of just this attempt wrote, and no body ran twice for one attempt. */
export function checkBodies({ runs, plans, ledger }: Histories, violate: Violate): void {
  const byNonce = new Map(ledger.map((line) => [line.nonce, line]));
  if (byNonce.size !== ledger.length) violate('Two bodies wrote the same text.');
  const taken = new Set<string>();
  for (const { run, attempts } of runs) {
    for (const row of attempts.filter(isOfBody)) {
      const at = `Run ${run.id} (${run.workflow}), step ${stepRun(row)}, attempt ${row.attempt}`;
      const result = JSON.parse(row.output ?? 'null') as { n?: number; nonce?: string };
      const line = byNonce.get(result.nonce ?? '');
      if (line === undefined || taken.has(line.nonce)) {
        violate(
          `${at}: its result ${row.output} was written by ${line === undefined ? 'no body' : 'the body of another'}.`,
        );
        continue;
      }
      taken.add(line.nonce);
      const own = bodyText(String(run.id), { ...row, step: stepName(plans, run, row.step) });
      if (bodyText(line.run, line) !== own || line.n !== String(result.n))
        violate(`${at}: its result is of ${JSON.stringify(line)}.`);
    }
  }
  for (const [key, lines] of Map.groupBy(ledger, (line) => bodyText(line.run, line)))
    if (lines.length > 1) violate(`The body of ${key} ran ${lines.length} times.`);
  const known = new Set(runs.map(({ run }) => String(run.id)));
  for (const { run, step } of ledger)
    if (!known.has(run)) violate(`A body of run ${run}, step ${step}, ran; there is no such run.`);
}
