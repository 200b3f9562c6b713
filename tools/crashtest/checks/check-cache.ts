import { cacheTtlMs } from '../workflows.ts';
import { isOfBody } from './check-bodies.ts';
import { type Histories, stepName, type Violate } from './histories.ts';

/** Clocks of two servers, and the time between a decision and its commit. */
const toleranceMs = 3_000;

/** An output from the cache is what a body gave under the same key (here: step and item), and had not expired. */
export function checkCache({ runs, plans }: Histories, violate: Violate): void {
  const given = new Map<string, { output: string | null; at: number }[]>();
  const rows = runs.flatMap(({ run, attempts }) =>
    attempts.map((row) => ({ ...row, run, key: `${run.workflow} ${stepName(plans, run, row.step)} ${row.item}` })),
  );
  for (const row of rows.filter(isOfBody)) {
    const puts = given.get(row.key) ?? [];
    puts.push({ output: row.output, at: row.endedAt });
    given.set(row.key, puts);
  }
  for (const { run, key, reason, output, endedAt } of rows) {
    if (reason !== 'cached') continue;
    const put = given.get(key)?.find((one) => one.output === output);
    const age = put === undefined ? null : endedAt - put.at;
    if (age !== null && age >= -toleranceMs && age <= cacheTtlMs + toleranceMs) continue;
    violate(
      `Run ${run.id} has ${output} of ${key} from the cache; a body gave it ${age === null ? 'never' : `${age} ms before`}.`,
    );
  }
}
