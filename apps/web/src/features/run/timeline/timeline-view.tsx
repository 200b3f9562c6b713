import type { Attempt, Run } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Maximize2, ZoomIn, ZoomOut } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { IconButton } from '../../../components/button.tsx';
import { useNow } from '../../../components/clock.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { durationText } from '../../../components/times.ts';
import { graphQuery, timelineQuery } from '../queries.ts';
import { namesWidth, ticksOf, useTimeWindow, useWheel } from './time-window.ts';
import { TimelineBars } from './timeline-bars.tsx';
import { criticalPath, extentOf, timelineRows } from './timeline-rows.ts';

/** Steps as bars on a time axis: waiting light, running full; what the run's length hangs on is marked. */
export function TimelineView({
  run,
  selected,
  onSelect,
}: {
  run: Run;
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const query = useQuery(timelineQuery(run.id));
  return (
    <QueryView query={query} what="timeline">
      {(attempts) => <Timeline run={run} attempts={attempts} selected={selected} onSelect={onSelect} />}
    </QueryView>
  );
}

const rowHeight = 32;

function Timeline({
  run,
  attempts,
  selected,
  onSelect,
}: {
  run: Run;
  attempts: readonly Attempt[];
  selected: string | undefined;
  onSelect: (name: string) => void;
}) {
  const clock = useNow();
  const now = run.ended_at === null ? clock : Date.parse(run.ended_at);
  const graph = useQuery(graphQuery(run.id)).data;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const critical = useMemo(
    () => (graph === undefined ? new Set<string>() : criticalPath(graph, run.steps)),
    [graph, run.steps],
  );
  const rows = useMemo(() => timelineRows(run, attempts, critical, open, now), [run, attempts, critical, open, now]);
  const extent = useMemo(() => extentOf(run, attempts, now), [run, attempts, now]);
  const { window, zoomed, zoom, pan, reset } = useTimeWindow(extent);
  const scroller = useRef<HTMLDivElement>(null);
  useWheel(scroller, namesWidth, { zoom, pan });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const ticks = ticksOf(window, extent[0], 6);
  const place = (at: number) => `${(100 * (at - window.from)) / (window.to - window.from)}%`;
  const toggle = (step: string) =>
    setOpen((before) =>
      before.has(step) ? new Set([...before].filter((one) => one !== step)) : new Set([...before, step]),
    );
  return (
    <div>
      <section
        ref={scroller}
        aria-label="Timeline"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls and zooms by keyboard
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key === '+' || event.key === '=') zoom(0.5);
          else if (event.key === '-') zoom(2);
          else if (event.key === '0') reset();
          else if (event.key === 'ArrowLeft') pan(-0.2);
          else if (event.key === 'ArrowRight') pan(0.2);
          else return;
          event.preventDefault();
        }}
        className="focus-row relative h-[max(22rem,calc(100vh-16.5rem))] overflow-y-auto overflow-x-hidden"
      >
        <div className="sticky top-0 z-10 flex h-8 border-b bg-surface text-faint text-xs">
          <div className="flex shrink-0 items-center px-3" style={{ width: namesWidth }}>
            Step
          </div>
          <div className="relative min-w-0 flex-1 overflow-hidden">
            {ticks.map((tick) => (
              <span key={tick} className="absolute top-2 whitespace-nowrap border-l pl-1" style={{ left: place(tick) }}>
                {/* At the right edge there is no room for words. */}
                {tick - window.from > 0.92 * (window.to - window.from)
                  ? null
                  : tick === extent[0]
                    ? '0'
                    : durationText(tick - extent[0])}
              </span>
            ))}
          </div>
        </div>
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <li key={row.key} className="absolute inset-x-0 flex" style={{ top: start, height: rowHeight }}>
                <TimelineBars
                  row={row}
                  window={window}
                  ticks={ticks}
                  selected={row.step === selected && row.depth === 0}
                  open={open.has(row.step)}
                  onToggle={() => toggle(row.step)}
                  onSelect={() => onSelect(row.step)}
                />
              </li>
            );
          })}
        </ul>
      </section>
      <div className="flex items-center justify-between border-t px-2 py-1">
        <Legend critical={critical.size > 0} />
        <div className="flex">
          <IconButton label="Zoom in" onClick={() => zoom(0.5)}>
            <ZoomIn />
          </IconButton>
          <IconButton label="Zoom out" onClick={() => zoom(2)} disabled={!zoomed}>
            <ZoomOut />
          </IconButton>
          <IconButton label="Show all of it" onClick={reset} disabled={!zoomed}>
            <Maximize2 />
          </IconButton>
        </div>
      </div>
    </div>
  );
}

function Legend({ critical }: { critical: boolean }) {
  return (
    <p className="flex flex-wrap gap-x-4 px-1 text-soft text-xs">
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="h-2.5 w-5 rounded-xs border border-line-strong bg-idle-ground" /> waits
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="h-2.5 w-5 rounded-xs bg-good" /> runs
      </span>
      {critical ? (
        <span className="flex items-center gap-1.5">
          <span aria-hidden className="h-0.5 w-5 bg-accent" /> critical path
        </span>
      ) : null}
    </p>
  );
}
