import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { useShortcut } from '../../components/shortcuts.ts';
import type { Log } from './use-log.ts';

/** Searches while one types; Enter and Shift-Enter go from hit to hit. */
export function LogSearch({ log, hit, onStep }: { log: Log; hit: number; onStep: (by: number) => void }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const { search } = log;
  useShortcut({ keys: '/', label: 'Search in the logs', group: 'This page' }, () => field.current?.focus());
  useEffect(() => {
    const timer = setTimeout(() => search(text), 150);
    return () => clearTimeout(timer);
  }, [text, search]);
  return (
    <div className="flex items-center gap-1">
      <input
        ref={field}
        type="search"
        aria-label="Search in the logs"
        placeholder="Search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        className="h-7 w-40 rounded-md border border-line-strong bg-surface px-2 text-sm placeholder:text-faint"
      />
      {text === '' ? null : (
        <>
          <span className="px-1 text-soft text-xs" role="status">
            {log.hits.length === 0
              ? log.searching
                ? 'searching'
                : 'no line'
              : `${hit + 1} of ${log.hits.length.toLocaleString('en')}`}
          </span>
          <IconButton label="Hit before" disabled={log.hits.length === 0} onClick={() => onStep(-1)}>
            <ArrowUp />
          </IconButton>
          <IconButton label="Next hit" disabled={log.hits.length === 0} onClick={() => onStep(1)}>
            <ArrowDown />
          </IconButton>
        </>
      )}
    </div>
  );
}
