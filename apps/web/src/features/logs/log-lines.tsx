// The lines of a log, of which only those in view are in the page. Row heights are fixed, so the place of a line is arithmetic; beyond what
// browsers can scroll (some ten million pixels), one pixel of the scroll bar is more than one of the text.
import clsx from 'clsx';
import { type RefObject, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { exactText } from '../../components/times.ts';
import { type AnsiStyle, parseAnsi } from './ansi.ts';
import type { LogRow } from './log-protocol.ts';
import type { Log } from './use-log.ts';

const rowHeight = 20;
const tallest = 8_000_000;

export type LogLinesHandle = Readonly<{ show(row: number): void; toEnd(): void }>;

export function LogLines({
  log,
  handle,
  marked,
  hit,
  showTimes,
  follow,
  onMark,
  onScrolledUp,
}: {
  log: Log;
  handle: RefObject<LogLinesHandle | null>;
  marked: number | null;
  /** The row of the hit that one stands at. */
  hit: number | null;
  showTimes: boolean;
  follow: boolean;
  onMark: (row: number) => void;
  onScrolledUp: () => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const textHeight = log.rows * rowHeight;
  const height = Math.min(textHeight, tallest);
  /** Pixels of the text for one pixel of the scroll bar. */
  const scale = height > view.height ? Math.max(1, (textHeight - view.height) / (height - view.height)) : 1;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setView((before) => ({ ...before, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // When the scale changes because lines came, the line at the top stays where it is.
  const topPixel = useRef(0);
  useLayoutEffect(() => {
    if (scroller.current !== null && !follow) scroller.current.scrollTop = topPixel.current / scale;
  }, [scale, follow]);

  const scrollTo = useCallback((top: number) => scroller.current?.scrollTo({ top }), []);
  useImperativeHandle(handle, () => ({
    show(row) {
      topPixel.current = Math.max(0, row * rowHeight - view.height / 3);
      scrollTo(topPixel.current / scale);
    },
    toEnd: () => scrollTo(height),
  }));
  useEffect(() => {
    if (follow) scrollTo(height);
  }, [follow, height, scrollTo]);

  const top = view.top * scale;
  const first = Math.max(0, Math.floor(top / rowHeight) - 5);
  const last = Math.min(log.rows, Math.ceil((top + view.height) / rowHeight) + 5);
  return (
    <div className="relative">
      <section
        ref={scroller}
        aria-label="Lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="focus-row h-[max(20rem,calc(100vh-19rem))] overflow-auto bg-code font-mono text-xs leading-5"
        onScroll={({ currentTarget }) => {
          const next = currentTarget.scrollTop;
          if (follow && next < view.top - 2 && next < height - view.height - rowHeight) onScrolledUp();
          topPixel.current = next * scale;
          setView({ top: next, height: currentTarget.clientHeight });
        }}
      >
        <div className="relative min-w-full" style={{ height: Math.max(height, 1) }}>
          <div className="absolute min-w-full" style={{ top: view.top - (top - first * rowHeight) }}>
            {Array.from({ length: Math.max(0, last - first) }, (_, offset) => (
              <Row
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
                key={first + offset}
                number={first + offset}
                digits={String(log.rows).length}
                row={log.row(first + offset)}
                marked={first + offset === marked}
                hit={first + offset === hit}
                showTimes={showTimes}
                onMark={onMark}
              />
            ))}
          </div>
        </div>
      </section>
      <HitMarks hits={log.hits} rows={log.rows} />
    </div>
  );
}

function Row({
  number,
  digits,
  row,
  marked,
  hit,
  showTimes,
  onMark,
}: {
  number: number;
  /** Of the largest number, so that all lines begin at one place. */
  digits: number;
  row: LogRow | undefined;
  marked: boolean;
  hit: boolean;
  showTimes: boolean;
  onMark: (row: number) => void;
}) {
  if (row?.kind === 'heading') {
    const { step, item, iteration, attempt } = row.log;
    return (
      <div className="flex h-5 items-center border-y bg-hover px-3 font-medium font-sans text-soft">
        {step}
        {item < 0 ? '' : ` item ${item}`}
        {iteration > 0 ? `, iteration ${iteration + 1}` : ''}
        {attempt > 1 ? `, attempt ${attempt}` : ''}
      </div>
    );
  }
  return (
    <div className={clsx('flex h-5 whitespace-pre', marked && 'bg-selected', hit && 'bg-wait-ground')}>
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Link to line ${number + 1}`}
        onClick={() => onMark(number)}
        style={{ width: `calc(${Math.max(3, digits)}ch + 1.5rem)` }}
        className="shrink-0 cursor-pointer select-none pr-3 text-right text-faint hover:text-accent"
      >
        {number + 1}
      </button>
      {row === undefined ? (
        <span className="text-faint">…</span>
      ) : (
        <>
          {showTimes ? (
            <time dateTime={row.at} title={exactText(Date.parse(row.at))} className="shrink-0 pr-3 text-faint">
              {exactText(Date.parse(row.at)).slice(11, 23)}
            </time>
          ) : null}
          <span
            className={clsx(
              'border-l-2 pr-4 pl-2',
              row.stream === 'stderr' ? 'border-bad' : 'border-transparent',
              row.stream === 'system' && 'text-soft italic',
            )}
          >
            <Text text={row.text} />
          </span>
        </>
      )}
    </div>
  );
}

function Text({ text }: { text: string }) {
  const pieces = parseAnsi(text);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && Object.keys(only.style).length === 0) return <>{only.text}</>;
  return (
    <>
      {pieces.map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no other name than its place
        <span key={index} style={cssOf(piece.style)}>
          {piece.text}
        </span>
      ))}
    </>
  );
}

function cssOf({ color, background, bold, dim, italic, underline }: AnsiStyle): React.CSSProperties {
  return {
    ...(color === undefined ? {} : { color }),
    ...(background === undefined ? {} : { background }),
    ...(bold ? { fontWeight: 600 } : {}),
    ...(dim ? { opacity: 0.7 } : {}),
    ...(italic ? { fontStyle: 'italic' } : {}),
    ...(underline ? { textDecoration: 'underline' } : {}),
  };
}

/** Where along the scroll bar there are hits. */
function HitMarks({ hits, rows }: { hits: readonly number[]; rows: number }) {
  if (hits.length === 0 || rows === 0) return null;
  const marks = new Set(hits.map((hit) => Math.floor((hit / rows) * 200)));
  return (
    <div aria-hidden className="pointer-events-none absolute inset-y-0 right-0 w-2">
      {[...marks].map((mark) => (
        <span key={mark} className="absolute right-0 h-0.5 w-2 bg-wait" style={{ top: `${mark / 2}%` }} />
      ))}
    </div>
  );
}
