import { type EndedAttempt, type ReusedStep, readReused, type StartingPoint } from '@millrace/core';
import type { Explaining } from './explaining.ts';
import type { Reused } from './explanation.ts';
import { counted, listed } from './moments.ts';

type Told = Readonly<{ reused: readonly Reused[]; text: string }>;

/** What a re-run took over instead of doing it, as data and as the end of a sentence's paragraph. */
export function explainReusedRun(explaining: Explaining): Told {
  const { rerunOf } = explaining.run;
  if (rerunOf === null) return { reused: [], text: '' };
  const reused = Object.entries(explaining.reused()).map(([step, from]) => ({ step, ...from }));
  const names = reused.map(({ step, items }) => (items === null ? step : `${step} (${counted(items, 'item')})`));
  const kept = names.length === 0 ? 'nothing was taken over' : `taken over: ${listed(names)}`;
  return { reused, text: ` It is a re-run of run ${rerunOf.run} from ${pointsText(rerunOf.from)}; ${kept}.` };
}

/** The same of one step or item, by the row that ends it. */
export function explainReusedEnd(step: string, { reason, input, item }: EndedAttempt): Told {
  if (reason !== 'reused' || input === null) return { reused: [], text: '' };
  const { run, attempt } = readReused(input);
  const from: ReusedStep = { run, attempt, items: null };
  const logs = `millrace run logs ${run} --step ${step}${item < 0 ? '' : ` --item ${item}`}`;
  const source =
    attempt === 0 ? `run ${run}, where it did not begin` : `attempt ${attempt} of run ${run}; its logs: ${logs}`;
  return { reused: [{ step, ...from }], text: ` Its result was taken over from ${source}.` };
}

function pointsText(from: readonly StartingPoint[]): string {
  return listed(from.map(pointText));
}

const named = { start: 'its start', failed: 'what failed', changed: 'the steps that changed' } as const;

function pointText(point: StartingPoint): string {
  if (point.type !== 'step') return named[point.type];
  return `step ${point.step}${point.items === null ? '' : ` (items ${point.items.join(', ')})`}`;
}
