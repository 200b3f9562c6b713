import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowDown, ChevronsDownUp, ChevronsUpDown, Clock } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { countText } from '../../components/count-text.ts';
import { Skeleton } from '../../components/page-states.tsx';
import { useShortcut } from '../../components/shortcuts.ts';
import { lineAddress, placeOfAddress } from './line-address.ts';
import { LogDownload } from './log-download.tsx';
import { LogHeading } from './log-heading.tsx';
import { layoutOf } from './log-layout.ts';
import { LogLines, type LogLinesHandle } from './log-lines.tsx';
import type { LogChoice, LogPlace } from './log-protocol.ts';
import { LogSearch } from './log-search.tsx';
import { sectionKey, useSectionAttempts } from './section-attempts.ts';
import { useLog } from './use-log.ts';

/** The logs of a run, a step or an item: fold by attempt, follow, search, link to a line, download. */
export function LogsTab({ ended, ...choice }: LogChoice & { ended: boolean }) {
  const log = useLog(choice, ended);
  const lines = useRef<LogLinesHandle>(null);
  const { line: address } = useSearch({ strict: false });
  const navigate = useNavigate();
  const marked = useMemo(() => placeOfAddress(address, log.sections), [address, log.sections]);
  const [showTimes, setShowTimes] = useState(false);
  const [follow, setFollow] = useState(!ended && address === undefined);
  const [hit, setHit] = useState(0);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const layout = useMemo(() => layoutOf(log.lines, folded), [log.lines, folded]);
  const attempts = useSectionAttempts(choice, log.sections);
  const hitsOf = useMemo(() => Map.groupBy(log.hits, ({ section }) => section), [log.hits]);
  const allFolded = layout.headings && folded.size === log.sections.length;

  /** A place that somebody wants to see is unfolded; it is shown once its row is there. */
  const [wanted, setWanted] = useState<LogPlace | null>(null);
  const open = (place: LogPlace) => {
    setFolded((before) => withFold(before, place.section, false));
    setWanted(place);
  };
  useLayoutEffect(() => {
    if (wanted === null || (log.lines[wanted.section] ?? 0) <= wanted.line || folded.has(wanted.section)) return;
    setWanted(null);
    lines.current?.show(wanted);
  }, [wanted, log.lines, folded]);

  const reached = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as soon as the section of the address is there
  useEffect(() => {
    if (reached.current || marked === null) return;
    reached.current = true;
    open(marked);
  }, [marked]);
  const goTo = (index: number) => {
    const place = log.hits[index];
    if (place === undefined) return;
    setHit(index);
    setFollow(false);
    open(place);
  };
  // The first hit of a search is shown as soon as it is there.
  const firstHit = log.hits[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is found later leaves one where one stands
  useEffect(() => goTo(0), [firstHit]);
  useShortcut(
    { keys: 'f', label: 'Fold or unfold all logs', group: 'This page' },
    () => setFolded(allFolded ? new Set() : new Set(log.sections.keys())),
    layout.headings,
  );

  const count = log.lines.reduce((sum, one) => sum + one, 0);
  if (count === 0 && log.failed !== null)
    return <p className="p-4 text-bad text-sm">The logs cannot be read: {log.failed}</p>;
  if (count === 0 && log.loading) return <Skeleton what="logs" rows={4} />;
  if (count === 0) {
    return (
      <p className="p-4 text-soft text-sm">
        {ended ? 'Nothing was written.' : 'Nothing was written yet. Lines appear here as they come.'}
      </p>
    );
  }
  return (
    <div>
      <div className="flex flex-wrap items-center gap-1 border-b p-2">
        <LogSearch log={log} hit={hit} onStep={(by) => goTo((hit + by + log.hits.length) % log.hits.length)} />
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
          {layout.headings ? (
            <IconButton
              label={allFolded ? 'Unfold all' : 'Fold all'}
              onClick={() => setFolded(allFolded ? new Set() : new Set(log.sections.keys()))}
            >
              {allFolded ? <ChevronsUpDown /> : <ChevronsDownUp />}
            </IconButton>
          ) : null}
          <IconButton
            label="Times"
            aria-pressed={showTimes}
            onClick={() => setShowTimes(!showTimes)}
            className={showTimes ? 'bg-selected' : ''}
          >
            <Clock />
          </IconButton>
          <LogDownload {...choice} />
        </div>
      </div>
      <LogLines
        log={log}
        layout={layout}
        heading={(section, pinned) => {
          const own = log.sections[section];
          return own === undefined ? null : (
            <LogHeading
              section={own}
              attempt={attempts.get(sectionKey(own))}
              lines={log.lines[section] ?? 0}
              hits={hitsOf.get(section)?.length ?? 0}
              folded={folded.has(section)}
              pinned={pinned}
              onFold={(next) => setFolded((before) => withFold(before, section, next))}
            />
          );
        }}
        handle={lines}
        marked={marked}
        hit={log.hits[hit] ?? null}
        showTimes={showTimes}
        follow={follow}
        onMark={(place) =>
          void navigate({
            to: '.',
            search: (before) => ({ ...before, line: lineAddress(place, log.sections) }),
            replace: true,
            resetScroll: false,
          })
        }
        onScrolledUp={() => setFollow(false)}
      />
      <p role="status" className="border-t px-3 py-1.5 text-soft text-xs">
        {countText(count, 'line')}
        {layout.headings ? ` in ${countText(log.sections.length, 'log')}` : ''}
        {log.loading && ended ? ', reading on' : ''}
        {log.failed === null ? '' : `. The rest cannot be read now: ${log.failed}`}
      </p>
    </div>
  );
}

const withFold = (before: ReadonlySet<number>, section: number, folded: boolean): ReadonlySet<number> => {
  if (before.has(section) === folded) return before;
  return folded ? new Set([...before, section]) : new Set([...before].filter((one) => one !== section));
};
