import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** The part of the time that is in view, within the whole. */
export type TimeWindow = Readonly<{ from: number; to: number }>;

/** Pixels of a timeline that are names and no time. */
export const namesWidth = 176;

const shortestMs = 1;

/**
 * Zoom and pan: the wheel with Ctrl or ⌘ zooms where the pointer is, with Shift (or sideways) it pans. While nobody has zoomed, the
 * window is the whole, however it grows.
 */
export function useTimeWindow([first, last]: readonly [number, number]) {
  const [chosen, setChosen] = useState<TimeWindow | null>(null);
  const window: TimeWindow = chosen ?? { from: first, to: last };
  const latest = useRef({ window, first, last });
  latest.current = { window, first, last };

  const zoom = useCallback((factor: number, at = 0.5) => {
    const { window: now, first: start, last: end } = latest.current;
    const span = Math.min(end - start, Math.max(shortestMs, (now.to - now.from) * factor));
    const center = now.from + (now.to - now.from) * at;
    setChosen(
      span >= end - start ? null : clamp({ from: center - span * at, to: center + span * (1 - at) }, start, end),
    );
  }, []);
  const pan = useCallback((share: number) => {
    const { window: now, first: start, last: end } = latest.current;
    const by = (now.to - now.from) * share;
    setChosen(clamp({ from: now.from + by, to: now.to + by }, start, end));
  }, []);
  const reset = useCallback(() => setChosen(null), []);

  return { window, zoomed: chosen !== null, zoom, pan, reset };
}

/** The wheel on the element that shows a window; `left` pixels of it are names and no time. */
export function useWheel(
  element: RefObject<HTMLElement | null>,
  left: number,
  { zoom, pan }: Pick<ReturnType<typeof useTimeWindow>, 'zoom' | 'pan'>,
): void {
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const onWheel = (event: WheelEvent) => {
      const box = target.getBoundingClientRect();
      const width = Math.max(1, box.width - left);
      if (event.ctrlKey || event.metaKey) {
        zoom(1.002 ** event.deltaY, Math.min(1, Math.max(0, (event.clientX - box.left - left) / width)));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        pan((event.deltaX || event.deltaY) / width);
      } else return;
      event.preventDefault();
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => target.removeEventListener('wheel', onWheel);
  }, [element, left, zoom, pan]);
}

function clamp({ from, to }: TimeWindow, first: number, last: number): TimeWindow {
  const span = to - from;
  const start = Math.min(Math.max(from, first), last - span);
  return { from: start, to: start + span };
}

/** Round moments within the window, about `count` of them, from its beginning. */
export function ticksOf({ from, to }: TimeWindow, origin: number, count: number): readonly number[] {
  const span = to - from;
  const step = roundSteps.find((one) => span / one <= count) ?? 86_400_000 * Math.ceil(span / 86_400_000 / count);
  const ticks: number[] = [];
  for (let at = Math.ceil((from - origin) / step) * step; at <= to - origin; at += step) ticks.push(origin + at);
  return ticks;
}

const roundSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];
