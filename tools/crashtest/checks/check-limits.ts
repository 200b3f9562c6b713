import { limits, rate } from '../workload.ts';
import { isOfBody } from './check-bodies.ts';
import { bodyText, type Histories, stepName, type Violate } from './histories.ts';

type Span = Readonly<{ holder: string; from: number; to: number }>;

/**
 * Bodies of attempts whose results are recorded ran while these held their slots, from the first body of a run to its last
 * where the run is the holder: at no moment more than the limit says. (The body of a lost attempt may outlive its slot.)
 */
export function checkLimits(histories: Histories, violate: Violate): void {
  const { runs, plans, ledger } = histories;
  const lines = new Map(ledger.map((line) => [line.nonce, line]));
  for (const { key, limit, workflow, step } of limits) {
    const spans = runs
      .filter(({ run }) => run.workflow === workflow)
      .flatMap(({ run, attempts }): readonly Span[] => {
        const bodies = attempts
          .filter((row) => isOfBody(row) && (step === null || stepName(plans, run, row.step) === step))
          .flatMap((row) => {
            const line = lines.get((JSON.parse(row.output ?? 'null') as { nonce?: string }).nonce ?? '');
            if (line === undefined || line.endedAt === null) return [];
            return [{ holder: bodyText(String(run.id), line), from: line.beganAt, to: line.endedAt }];
          });
        if (step !== null || bodies.length === 0) return bodies;
        const from = Math.min(...bodies.map((body) => body.from));
        return [{ holder: `${run.id}`, from, to: Math.max(...bodies.map((body) => body.to)) }];
      });
    for (const span of spans) {
      const atOnce = spans.filter(({ from, to }) => from <= span.from && span.from < to);
      if (atOnce.length <= limit) continue;
      violate(`${atOnce.map(({ holder }) => holder).join(', ')} had ${key} at once; its limit is ${limit}.`);
    }
  }
}

/** Each attempt of a step with a rate that began is one of the starts that the rate counted. */
export function checkRated({ ledger }: Histories, starts: number, violate: Violate): void {
  const begun = ledger.filter(({ step }) => step === 'call').length;
  if (begun > starts) violate(`${begun} bodies began under the rate ${rate.key}, which counted ${starts} starts.`);
}
