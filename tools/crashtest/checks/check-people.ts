import type { LoadedRun } from '@millrace/core';
import { bodyText, type Histories, stepName, type Violate } from './histories.ts';

/** Each answer that was taken stands in the approval's output, once, as it was said. */
export function checkAnswers({ runs, answers }: Histories, violate: Violate): void {
  const byId = new Map(runs.map((loaded) => [String(loaded.run.id), loaded]));
  for (const { run, by, n } of answers) {
    const outputs = (byId.get(run)?.attempts ?? []).flatMap(({ output }) => (output === null ? [] : [output]));
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

/** While a run was paused no body began of which no worker had the attempt before. */
export function checkPauses({ runs, plans, pauses, ledger }: Histories, violate: Violate): void {
  const byRun = Map.groupBy(ledger, ({ run }) => run);
  const byId = new Map(runs.map((loaded) => [String(loaded.run.id), loaded]));
  for (const { run, from, to, held } of pauses) {
    const loaded = byId.get(run);
    if (loaded === undefined) continue; // It is lost, which is told elsewhere.
    const allowed = new Set(held.map((text) => heldText(loaded, plans, text)));
    for (const line of byRun.get(run) ?? []) {
      const text = bodyText(run, line);
      if (line.beganAt <= from || line.beganAt >= to || allowed.has(text)) continue;
      violate(`Run ${run} was paused from ${from} to ${to}, and the body of ${text} began at ${line.beganAt}.`);
    }
  }
}

function heldText({ run }: LoadedRun, plans: Histories['plans'], held: string): string {
  const [step = 0, iteration = 0, item = 0, attempt = 0] = held.split(' ').map(Number);
  return bodyText(String(run.id), { step: stepName(plans, run, step), iteration, item, attempt });
}
