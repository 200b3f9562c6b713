import clsx from 'clsx';
import { ChevronRight } from 'lucide-react';
import { StatusIcon, statuses, type Tone } from '../../../components/status.tsx';
import { durationText } from '../../../components/times.ts';
import { namesWidth, type TimeWindow } from './time-window.ts';
import type { Bar, TimelineRow } from './timeline-rows.ts';

const fills: Readonly<Record<Tone, string>> = {
  good: 'bg-good',
  bad: 'bg-bad',
  busy: 'bg-busy',
  wait: 'bg-wait',
  idle: 'bg-faint',
};

/** One row: the name, which chooses the step, and its bars. */
export function TimelineBars({
  row,
  window,
  ticks,
  selected,
  open,
  onToggle,
  onSelect,
}: {
  row: TimelineRow;
  window: TimeWindow;
  ticks: readonly number[];
  selected: boolean;
  open: boolean;
  onToggle: () => void;
  onSelect: () => void;
}) {
  const place = (at: number) => (100 * (at - window.from)) / (window.to - window.from);
  return (
    <>
      <div
        className={clsx('flex shrink-0 items-center gap-1 border-r pr-2 text-sm', selected && 'bg-selected')}
        style={{ width: namesWidth, paddingLeft: row.depth === 0 ? 4 : 28 }}
      >
        {row.depth > 0 ? null : row.below > 0 ? (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Parts of ${row.name}`}
            onClick={onToggle}
            className="rounded-sm text-faint hover:bg-hover"
          >
            <ChevronRight aria-hidden className={clsx('size-4 transition-transform', open && 'rotate-90')} />
          </button>
        ) : (
          <span className="w-4" />
        )}
        <button
          type="button"
          onClick={onSelect}
          title={row.name}
          className="flex min-w-0 items-center gap-1.5 text-left hover:underline"
        >
          <StatusIcon status={row.status} className="size-3.5!" />
          <span
            className={clsx(
              'truncate',
              row.depth === 0 && 'font-medium',
              row.critical && 'underline decoration-2 decoration-accent underline-offset-4',
            )}
          >
            {row.name}
          </span>
        </button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the name beside it is the button */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the same */}
      <div
        onClick={onSelect}
        className={clsx(
          'relative min-w-0 flex-1 cursor-pointer overflow-hidden',
          selected ? 'bg-selected' : 'hover:bg-hover',
        )}
      >
        {ticks.map((tick) => (
          <span key={tick} aria-hidden className="absolute inset-y-0 border-l" style={{ left: `${place(tick)}%` }} />
        ))}
        {row.bars.map((bar) => (
          <BarLine key={bar.key} bar={bar} place={place} />
        ))}
      </div>
    </>
  );
}

function BarLine({ bar, place }: { bar: Bar; place: (at: number) => number }) {
  const { ready, start, end, status, title } = bar;
  const begin = start ?? end;
  const waited = ready !== null && ready < begin ? begin - ready : 0;
  const ran = start === null ? 0 : Math.max(0, end - start);
  const text = [
    title,
    waited > 0 ? `waited ${durationText(waited)}` : null,
    start === null ? null : `ran ${durationText(ran)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
  return (
    <span role="img" aria-label={text} title={text}>
      {ready !== null && waited > 0 ? (
        <span
          className="absolute top-2.5 h-3 min-w-px rounded-l-xs border border-line-strong bg-idle-ground"
          style={{ left: `${place(ready)}%`, width: `${place(begin) - place(ready)}%` }}
        />
      ) : null}
      {start === null ? null : (
        <span
          className={clsx('absolute top-2 h-4 min-w-0.5 rounded-xs', fills[statuses[status].tone])}
          style={{ left: `${place(start)}%`, width: `${Math.max(0, place(end) - place(start))}%` }}
        />
      )}
    </span>
  );
}
