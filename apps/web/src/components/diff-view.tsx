import clsx from 'clsx';
import { useMemo, useState } from 'react';
import { countText } from './count-text.ts';
import { type DiffLine, diffLines } from './diff-lines.ts';

/** Lines around a change that are shown with it. */
const contextLines = 3;

/** What differs between two texts, with a few lines around it; the rest can be unfolded. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const [all, setAll] = useState(false);
  const parts = useMemo(() => partsOf(lines, all), [lines, all]);
  if (lines.every(({ kind }) => kind === 'same')) {
    return <p className="p-4 text-soft text-sm">Both texts are the same.</p>;
  }
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className="overflow-x-auto bg-code py-2 font-mono text-xs leading-5"
    >
      {parts.map((part) =>
        Array.isArray(part) ? (
          part.map((line) => <Line key={`${line.before}/${line.after}`} line={line} />)
        ) : (
          <button
            key={`folded ${part.from}`}
            type="button"
            onClick={() => setAll(true)}
            className="focus-row block w-full bg-idle-ground px-4 py-0.5 text-left text-soft hover:text-text"
          >
            {countText(part.count, 'equal line')}
          </button>
        ),
      )}
    </section>
  );
}

const marks = { same: ' ', removed: '-', added: '+' } as const;

const Line = ({ line: { kind, text, before, after } }: { line: DiffLine }) => (
  <div
    className={clsx(
      'flex w-max min-w-full',
      kind === 'removed' && 'bg-bad-ground',
      kind === 'added' && 'bg-good-ground',
    )}
  >
    <span className="w-10 shrink-0 select-none pr-2 text-right text-faint">{before}</span>
    <span className="w-10 shrink-0 select-none pr-2 text-right text-faint">{after}</span>
    <span className="w-4 shrink-0 select-none">{marks[kind]}</span>
    <code className="whitespace-pre pr-4 font-mono">{text}</code>
  </div>
);

type Part = DiffLine[] | Readonly<{ from: number; count: number }>;

/** Changed lines with their surroundings, and how many equal lines lie between. */
function partsOf(lines: readonly DiffLine[], all: boolean): readonly Part[] {
  if (all) return [[...lines]];
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(({ kind }) => kind !== 'same'),
  );
  const parts: Part[] = [];
  lines.forEach((line, index) => {
    const last = parts.at(-1);
    if (near[index] === true) {
      if (Array.isArray(last)) last.push(line);
      else parts.push([line]);
    } else if (last === undefined || Array.isArray(last)) parts.push({ from: index, count: 1 });
    else parts[parts.length - 1] = { ...last, count: last.count + 1 };
  });
  return parts;
}
