// A table of any length: rows outside the window are not in the page. j and k walk, Enter opens, x marks where rows can be marked.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useShortcut } from './shortcuts.ts';

export type Column<Row> = Readonly<{
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** A CSS width; columns without one share the rest. */
  width?: string;
  align?: 'right';
  /** Below which window width the column is left out. */
  from?: 'sm' | 'md' | 'lg';
}>;

const hiddenBelow = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden' } as const;
const rowHeight = 41;

export function Table<Row>({
  label,
  rows,
  columns,
  rowId,
  onOpen,
  marked,
  onMark,
  onEnd,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** A row was clicked, or opened by Enter. The row should hold a link to the same place, for those who open tabs. */
  onOpen?: (row: Row) => void;
  marked?: ReadonlySet<string>;
  onMark?: (id: string) => void;
  /** The last rows came into view. */
  onEnd?: () => void;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    setOffset(top + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 5) onEnd?.();
  }, [last, rows.length, onEnd]);

  const walking = useRef(false);
  const focusRow = (index: number) => body.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus();
  const step = (by: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, (current ?? (by > 0 ? -1 : rows.length)) + by));
    walking.current = true;
    setCurrent(next);
    virtual.scrollToIndex(next, { align: 'auto' });
    // A row that was outside the window is there with the next frame.
    requestAnimationFrame(() => focusRow(next));
  };
  // Before the next key: Enter may follow j faster than a frame.
  useLayoutEffect(() => {
    if (walking.current && current !== null) focusRow(current);
    walking.current = false;
  });
  useShortcut({ keys: 'j', label: 'Next row', group: 'Lists' }, () => step(1), rows.length > 0);
  useShortcut({ keys: 'k', label: 'Row before', group: 'Lists' }, () => step(-1), rows.length > 0);
  useShortcut(
    { keys: 'x', label: 'Mark the row', group: 'Lists' },
    () => {
      const row = current === null ? undefined : rows[current];
      if (row !== undefined) onMark?.(rowId(row));
    },
    onMark !== undefined,
  );

  const before = (items[0]?.start ?? offset) - offset;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? offset) - offset);
  return (
    <table
      aria-label={label}
      aria-rowcount={rows.length + 1}
      className="w-full table-fixed border-collapse text-left text-sm"
    >
      <thead className="sticky top-0 z-10 bg-surface max-md:top-12">
        <tr className="border-b">
          {onMark === undefined ? null : (
            <th className="w-10 pl-4">
              <span className="sr-only">Marked</span>
            </th>
          )}
          {columns.map(({ id, header, width, align, from }) => (
            <th
              key={id}
              scope="col"
              style={{ width }}
              className={clsx(
                'h-9 truncate px-3 font-medium text-faint text-xs first:pl-4 last:pr-4',
                align === 'right' && 'text-right',
                from !== undefined && hiddenBelow[from],
              )}
            >
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {before > 0 ? <tr aria-hidden style={{ height: before }} /> : null}
        {items.map(({ index }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const id = rowId(row);
          return (
            <tr
              key={id}
              data-index={index}
              aria-rowindex={index + 2}
              tabIndex={index === (current ?? 0) ? 0 : -1}
              aria-selected={marked?.has(id)}
              onFocus={() => setCurrent(index)}
              onClick={(event) => {
                if (!isControl(event.target)) onOpen?.(row);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && event.target === event.currentTarget) onOpen?.(row);
              }}
              className={clsx(
                'focus-row h-[41px] border-b transition-colors last:border-b-0 hover:bg-hover',
                onOpen !== undefined && 'cursor-pointer',
                marked?.has(id) && 'bg-selected',
              )}
            >
              {onMark === undefined ? null : (
                <td className="pl-4">
                  <input
                    type="checkbox"
                    aria-label={`Mark ${id}`}
                    checked={marked?.has(id) ?? false}
                    onChange={() => onMark(id)}
                    className="block size-4 accent-(--accent-strong)"
                  />
                </td>
              )}
              {columns.map(({ id: column, cell, align, from }) => (
                <td
                  key={column}
                  className={clsx(
                    'truncate px-3 first:pl-4 last:pr-4',
                    align === 'right' && 'text-right',
                    from !== undefined && hiddenBelow[from],
                  )}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
        {after > 0 ? <tr aria-hidden style={{ height: after }} /> : null}
      </tbody>
    </table>
  );
}

const isControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, select') !== null;
