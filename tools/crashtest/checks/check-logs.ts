import { isOfBody } from './check-bodies.ts';
import { bodyText, type Histories, stepName, type Violate } from './histories.ts';

/** `3/9 NONCE`: the third of nine lines of the body with that nonce. */
const numbered = /^(?<line>\d+)\/(?<of>\d+) (?<nonce>\S+)$/;

/**
 * The log of an attempt has the lines of its body, each once and in order. It may break off where the worker died; that of an
 * attempt whose result is recorded is whole.
 */
export function checkLogs({ runs, plans, logs }: Histories, violate: Violate): void {
  const written = new Map<string, string[]>();
  for (const { run, text, ...of } of logs) {
    if (!numbered.test(text)) continue;
    const key = bodyText(run, of);
    const lines = written.get(key) ?? [];
    lines.push(text);
    written.set(key, lines);
  }
  for (const [key, lines] of written) {
    const parts = lines.map((text) => numbered.exec(text)?.groups ?? {});
    const isInOrder = parts.every(({ line, nonce }, at) => Number(line) === at + 1 && nonce === parts[0]?.nonce);
    if (!isInOrder) violate(`The log of ${key} has the lines ${lines.join(', ')}.`);
  }
  for (const { run, attempts } of runs) {
    for (const row of attempts.filter(isOfBody)) {
      const key = bodyText(String(run.id), { ...row, step: stepName(plans, run, row.step) });
      const last = numbered.exec(written.get(key)?.at(-1) ?? '')?.groups;
      const { nonce } = JSON.parse(row.output ?? 'null') as { nonce?: string };
      if (last !== undefined && last.line === last.of && last.nonce === nonce) continue;
      violate(`The log of ${key} is not whole: its last line is ${written.get(key)?.at(-1) ?? 'none'}.`);
    }
  }
}
