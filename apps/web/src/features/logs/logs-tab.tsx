import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, Clock, Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { readToken } from '../../api/token.ts';
import { Button, buttonClass, IconButton } from '../../components/button.tsx';
import { Skeleton } from '../../components/page-states.tsx';
import { useShortcut } from '../../components/shortcuts.ts';
import { LogLines, type LogLinesHandle } from './log-lines.tsx';
import type { LogChoice } from './log-protocol.ts';
import { type Log, useLog } from './use-log.ts';

/** The logs of a run, a step or an item: follow, search, link to a line, download. */
export function LogsTab({ ended, ...choice }: LogChoice & { ended: boolean }) {
  const log = useLog(choice, ended);
  const lines = useRef<LogLinesHandle>(null);
  const { line } = useSearch({ strict: false });
  const navigate = useNavigate();
  const marked = line === undefined || !/^\d+$/.test(line) ? null : Number(line) - 1;
  const [showTimes, setShowTimes] = useState(false);
  const [follow, setFollow] = useState(!ended && marked === null);
  const [hit, setHit] = useState<number | null>(null);
  const reached = useRef(false);

  useEffect(() => {
    if (reached.current || marked === null || log.rows <= marked) return;
    reached.current = true;
    lines.current?.show(marked);
  }, [marked, log.rows]);
  useEffect(() => {
    const first = log.hits[0];
    if (first === undefined) setHit(null);
    else setHit((before) => (before !== null && log.hits.includes(before) ? before : first));
  }, [log.hits]);
  useEffect(() => {
    if (hit === null) return;
    setFollow(false);
    lines.current?.show(hit);
  }, [hit]);

  if (log.rows === 0 && log.failed !== null)
    return <p className="p-4 text-bad text-sm">The logs cannot be read: {log.failed}</p>;
  if (log.rows === 0 && log.loading) return <Skeleton what="logs" rows={4} />;
  if (log.rows === 0) {
    return (
      <p className="p-4 text-soft text-sm">
        {ended ? 'Nothing was written.' : 'Nothing was written yet. Lines appear here as they come.'}
      </p>
    );
  }
  const step = (by: number) => {
    const at = hit === null ? 0 : log.hits.indexOf(hit) + by;
    setHit(log.hits[(at + log.hits.length) % log.hits.length] ?? null);
  };
  return (
    <div>
      <div className="flex flex-wrap items-center gap-1 border-b p-2">
        <SearchField log={log} hit={hit} onStep={step} />
        <div className="ml-auto flex items-center gap-1">
          {ended ? (
            <Button small look="quiet" onClick={() => lines.current?.toEnd()}>
              End
            </Button>
          ) : (
            <Button small look={follow ? 'plain' : 'quiet'} aria-pressed={follow} onClick={() => setFollow(!follow)}>
              <ArrowDown aria-hidden />
              Follow
            </Button>
          )}
          <IconButton
            label="Times"
            aria-pressed={showTimes}
            onClick={() => setShowTimes(!showTimes)}
            className={showTimes ? 'bg-selected' : ''}
          >
            <Clock />
          </IconButton>
          <DownloadLink {...choice} />
        </div>
      </div>
      <LogLines
        log={log}
        handle={lines}
        marked={marked}
        hit={hit}
        showTimes={showTimes}
        follow={follow}
        onMark={(row) =>
          void navigate({
            to: '.',
            search: (before) => ({ ...before, line: String(row + 1) }),
            replace: true,
            resetScroll: false,
          })
        }
        onScrolledUp={() => setFollow(false)}
      />
      <p role="status" className="border-t px-3 py-1.5 text-soft text-xs">
        {log.rows.toLocaleString('en')} lines{log.loading && !ended ? '' : log.loading ? ', reading on' : ''}
        {log.failed === null ? '' : `. The rest cannot be read now: ${log.failed}`}
      </p>
    </div>
  );
}

function SearchField({ log, hit, onStep }: { log: Log; hit: number | null; onStep: (by: number) => void }) {
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
              ? 'no line'
              : `${hit === null ? 1 : log.hits.indexOf(hit) + 1} of ${log.hits.length.toLocaleString('en')}`}
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

/** A link where the browser may ask by itself; with a token, the page has to ask. */
function DownloadLink({ run, step, item }: LogChoice) {
  const query = new URLSearchParams({
    ...(step === undefined ? {} : { step }),
    ...(item === undefined ? {} : { item: String(item) }),
  });
  const url = `/api/v1/runs/${run}/logs/content?${query}`;
  const name = `run-${run}${step === undefined ? '' : `-${step}`}.log`;
  const token = readToken();
  if (token === null) {
    return (
      <a
        href={url}
        download={name}
        aria-label="Download the logs"
        title="Download the logs"
        className={`${buttonClass('quiet', true)} w-7 px-0!`}
      >
        <Download aria-hidden />
      </a>
    );
  }
  return (
    <IconButton label="Download the logs" onClick={() => void save(url, token, name)}>
      <Download />
    </IconButton>
  );
}

async function save(url: string, token: string, name: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
