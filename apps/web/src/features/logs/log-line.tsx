import clsx from 'clsx';
import { exactText } from '../../components/times.ts';
import { type AnsiStyle, parseAnsi } from './ansi.ts';
import type { LogPlace, LogRow } from './log-protocol.ts';

/** One line: its number within its section, which is the link to it, its time on demand, its text in colours. */
export function LogLine({
  place,
  digits,
  row,
  marked,
  hit,
  showTimes,
  onMark,
}: {
  place: LogPlace;
  /** Of the largest number, so that all lines begin at one place. */
  digits: number;
  /** undefined: it is being read. */
  row: LogRow | undefined;
  marked: boolean;
  hit: boolean;
  showTimes: boolean;
  onMark: (place: LogPlace) => void;
}) {
  return (
    <div className={clsx('flex h-5 whitespace-pre', marked && 'bg-selected', hit && 'bg-wait-ground')}>
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Link to line ${place.line + 1}`}
        onClick={() => onMark(place)}
        style={{ width: `calc(${Math.max(3, digits)}ch + 1.5rem)` }}
        className="shrink-0 cursor-pointer select-none pr-3 text-right text-faint hover:text-accent"
      >
        {place.line + 1}
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
