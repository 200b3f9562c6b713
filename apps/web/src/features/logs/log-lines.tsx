// The lines of a log, of which only those in view are in the page. Row heights are fixed, so the place of a line is arithmetic; beyond what
// browsers can scroll (some ten million pixels), one pixel of the scroll bar is more than one of the text.
import { type RefObject, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import type { LogLayout } from './log-layout.ts';
import { LogLine } from './log-line.tsx';
import type { LogPlace } from './log-protocol.ts';
import type { Log } from './use-log.ts';

const rowHeight = 20;
const tallest = 8_000_000;

export type LogLinesHandle = Readonly<{ show(place: LogPlace): void; toEnd(): void }>;

export function LogLines({
  log,
  layout,
  heading,
  handle,
  marked,
  hit,
  showTimes,
  follow,
  onMark,
  onScrolledUp,
}: {
  log: Log;
  layout: LogLayout;
  /** Draws the heading of a section; `pinned`: once more, above lines of it whose heading is out of view. */
  heading: (section: number, pinned: boolean) => React.ReactNode;
  handle: RefObject<LogLinesHandle | null>;
  marked: LogPlace | null;
  /** The hit that one stands at. */
  hit: LogPlace | null;
  showTimes: boolean;
  follow: boolean;
  onMark: (place: LogPlace) => void;
  onScrolledUp: () => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, width: 0 });
  const { rows } = layout;
  const textHeight = rows * rowHeight;
  const height = Math.min(textHeight, tallest);
  /** Pixels of the text for one pixel of the scroll bar. */
  const scale = height > view.height ? Math.max(1, (textHeight - view.height) / (height - view.height)) : 1;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setView(({ top }) => ({ top, height: element.clientHeight, width: element.clientWidth })),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // What stands at the top stays there, whatever comes or is folded above it, and however the scale changes by that.
  const anchor = useRef<Readonly<{ place: LogPlace; within: number }> | null>(null);
  useLayoutEffect(() => {
    if (scroller.current === null || follow || anchor.current === null) return;
    const { place, within } = anchor.current;
    const folded = layout.at(layout.rowOf(place)).line !== place.line;
    scroller.current.scrollTop = (layout.rowOf(place) * rowHeight + (folded ? 0 : within)) / scale;
  }, [layout, scale, follow]);

  const scrollTo = useCallback((top: number) => scroller.current?.scrollTo({ top }), []);
  useImperativeHandle(handle, () => ({
    show(place) {
      const top = Math.max(0, layout.rowOf(place) * rowHeight - view.height / 3);
      anchor.current = anchorAt(layout, top);
      scrollTo(top / scale);
    },
    toEnd: () => scrollTo(height),
  }));
  useEffect(() => {
    if (follow) scrollTo(height);
  }, [follow, height, scrollTo]);

  const top = view.top * scale;
  const first = Math.max(0, Math.floor(top / rowHeight) - 5);
  const last = Math.min(rows, Math.ceil((top + view.height) / rowHeight) + 5);
  const atTop = layout.headings && rows > 0 ? layout.at(Math.min(rows - 1, Math.floor(top / rowHeight))) : null;
  const digits = String(log.lines.reduce((most, count) => Math.max(most, count), 0)).length;
  return (
    <div className="relative" style={{ '--log-width': `${view.width}px` } as React.CSSProperties}>
      <section
        ref={scroller}
        aria-label="Lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        // As high as its lines, within what fits the window.
        style={{ height: `min(max(20rem, 100vh - 19rem), max(10rem, ${height + rowHeight}px))` }}
        className="focus-row overflow-auto bg-code font-mono text-xs leading-5 [overflow-anchor:none]"
        onScroll={({ currentTarget }) => {
          const next = currentTarget.scrollTop;
          if (follow && next < view.top - 2 && next < height - view.height - rowHeight) onScrolledUp();
          anchor.current = anchorAt(layout, next * scale);
          setView({ top: next, height: currentTarget.clientHeight, width: currentTarget.clientWidth });
        }}
      >
        <div className="relative min-w-full" style={{ height: Math.max(height, 1) }}>
          <div className="absolute min-w-full" style={{ top: view.top - (top - first * rowHeight) }}>
            {Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
              const place = layout.at(first + offset);
              const key = `${place.section}/${place.line}`;
              return place.line < 0 ? (
                <div key={key}>{heading(place.section, false)}</div>
              ) : (
                <LogLine
                  key={key}
                  place={place}
                  digits={digits}
                  row={log.line(place)}
                  marked={isSame(place, marked)}
                  hit={isSame(place, hit)}
                  showTimes={showTimes}
                  onMark={onMark}
                />
              );
            })}
          </div>
        </div>
      </section>
      {atTop !== null && atTop.line >= 0 ? (
        <div className="absolute top-0 left-0 border-b font-mono text-xs leading-5">{heading(atTop.section, true)}</div>
      ) : null}
      <HitMarks rows={rows} hits={log.hits} layout={layout} />
    </div>
  );
}

const isSame = (one: LogPlace, other: LogPlace | null): boolean =>
  other !== null && one.section === other.section && one.line === other.line;

function anchorAt(layout: LogLayout, top: number) {
  const row = Math.floor(top / rowHeight);
  return layout.rows === 0 ? null : { place: layout.at(Math.min(row, layout.rows - 1)), within: top - row * rowHeight };
}

/** Where along the scroll bar there are hits; those that are folded away, at their heading. */
function HitMarks({ hits, rows, layout }: { hits: readonly LogPlace[]; rows: number; layout: LogLayout }) {
  if (hits.length === 0 || rows === 0) return null;
  const marks = new Set(hits.map((hit) => Math.floor((layout.rowOf(hit) / rows) * 200)));
  return (
    <div aria-hidden className="pointer-events-none absolute inset-y-0 right-0 w-2">
      {[...marks].map((mark) => (
        <span key={mark} className="absolute right-0 h-0.5 w-2 bg-wait" style={{ top: `${mark / 2}%` }} />
      ))}
    </div>
  );
}
