import type { Attempt } from '@millrace/api';
import clsx from 'clsx';
import { ChevronRight } from 'lucide-react';
import { countText } from '../../components/count-text.ts';
import { Duration } from '../../components/duration.tsx';
import { StatusIcon, statuses } from '../../components/status.tsx';
import type { LogSection } from './log-protocol.ts';

/** The heading of one attempt's log: what it is of, how that went, how much there is. It folds and unfolds. */
export function LogHeading({
  section,
  attempt,
  lines,
  hits,
  folded,
  pinned = false,
  onFold,
}: {
  section: LogSection;
  /** undefined: not known yet. */
  attempt: Attempt | undefined;
  lines: number;
  /** Lines of it that a search found. */
  hits: number;
  folded: boolean;
  /** It is shown once more, above its lines, for the eye. */
  pinned?: boolean;
  onFold: (folded: boolean) => void;
}) {
  return (
    <button
      type="button"
      {...(pinned ? { tabIndex: -1, 'aria-hidden': true } : { 'aria-expanded': !folded })}
      onClick={() => onFold(!folded)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onFold(true);
        else if (event.key === 'ArrowRight') onFold(false);
        else return;
        event.preventDefault();
      }}
      className="focus-row sticky left-0 flex h-5 w-full max-w-(--log-width) items-center gap-1.5 border-b bg-hover pr-4 pl-2 text-left font-sans text-soft hover:text-text"
    >
      <ChevronRight aria-hidden className={clsx('size-3.5 shrink-0', !folded && 'rotate-90')} />
      <span className="truncate font-medium text-text">{titleOf(section)}</span>
      {attempt === undefined ? null : (
        <span className="flex shrink-0 items-center gap-1">
          <StatusIcon status={attempt.status} className="size-3.5!" />
          <span aria-hidden className="max-sm:hidden">
            {statuses[attempt.status].word}
          </span>
        </span>
      )}
      <span className="ml-auto flex shrink-0 items-center gap-2 pl-2 text-right">
        {hits === 0 ? null : <span className="text-wait">{countText(hits, 'hit')}</span>}
        <span className="min-w-16">
          {attempt === undefined ? null : <Duration from={attempt.started_at} to={attempt.ended_at} />}
        </span>
        <span className="min-w-14">{countText(lines, 'line')}</span>
      </span>
    </button>
  );
}

/** `build item 3, iteration 2, attempt 2`. */
const titleOf = ({ step, item, iteration, attempt }: LogSection): string =>
  [
    item < 0 ? step : `${step} item ${item}`,
    iteration > 0 ? `iteration ${iteration + 1}` : null,
    attempt > 1 ? `attempt ${attempt}` : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
