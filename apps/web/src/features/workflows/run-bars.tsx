import type { LatestRun } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { useNow } from '../../components/clock.tsx';
import { statuses, type Tone } from '../../components/status.tsx';
import { durationText, relativeText } from '../../components/times.ts';
import { drawnRuns } from './queries.ts';

const fills: Readonly<Record<Tone, string>> = {
  good: 'bg-good',
  bad: 'bg-bad',
  busy: 'bg-busy',
  wait: 'bg-wait',
  idle: 'bg-faint',
};

/** The last runs, the newest at the right: how each ended and, by its height, how long it took. Each leads to its run. */
export function RunBars({ runs }: { runs: readonly LatestRun[] }) {
  const now = useNow();
  const longest = Math.max(1, ...runs.map((run) => tookMs(run, now)));
  return (
    <ol aria-label="Last runs, oldest first" className="inline-flex h-6 items-end gap-0.5 align-middle">
      {Array.from({ length: Math.max(0, drawnRuns - runs.length) }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the places without a run are all alike
        <li key={index} aria-hidden className="h-0.5 w-1.5 bg-line-strong" />
      ))}
      {[...runs].reverse().map((run) => (
        <li key={run.id} className="h-full">
          <Bar run={run} share={tookMs(run, now) / longest} now={now} />
        </li>
      ))}
    </ol>
  );
}

function Bar({ run, share, now }: { run: LatestRun; share: number; now: number }) {
  const { word, tone } = statuses[run.status];
  const took = run.started_at === null ? '' : `, ${durationText(tookMs(run, now))}`;
  const text = `Run ${run.id}: ${word}${took}, ${relativeText(Date.parse(run.created_at), now)}`;
  return (
    <Link
      to="/runs/$run"
      params={{ run: run.id }}
      tabIndex={-1}
      aria-label={text}
      title={text}
      className="group flex h-full w-1.5 flex-col justify-end"
    >
      {/* What ended badly has a gap below its top: the colour alone does not say it. */}
      {tone === 'bad' ? <span className="mb-px block h-0.5 w-full bg-bad" /> : null}
      <span
        className={clsx('block w-full rounded-t-[1px] group-hover:opacity-70', fills[tone])}
        style={{ height: `${Math.round(20 + 65 * share)}%` }}
      />
    </Link>
  );
}

const tookMs = ({ started_at, ended_at }: LatestRun, now: number): number =>
  started_at === null ? 0 : Math.max(0, (ended_at === null ? now : Date.parse(ended_at)) - Date.parse(started_at));
