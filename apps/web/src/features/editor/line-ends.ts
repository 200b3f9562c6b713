// An editor knows lines and nothing of how they end. What is saved must: lines that nobody touched keep their end, whatever it is,
// and so do the mark of byte order and the missing end of the last line.
import { diffLines } from '../../components/diff-lines.ts';

const mark = '\ufeff';

type Lines = Readonly<{ lines: readonly string[]; ends: readonly string[] }>;

/** As the editor splits them; the last line has no end. */
function split(text: string): Lines {
  const parts = text.split(/(\r\n?|\n)/);
  return {
    lines: parts.filter((_, index) => index % 2 === 0),
    ends: parts.filter((_, index) => index % 2 === 1),
  };
}

const withoutMark = (text: string): string => (text.startsWith(mark) ? text.slice(1) : text);

/** What the editor shows of a file's text: all lines end alike. */
export const shownText = (text: string): string => split(withoutMark(text)).lines.join('\n');

/** The text that is saved: what was edited, with the line ends of the file that it was made of; new lines end as most do. */
export function withLineEnds(original: string, edited: string): string {
  const { ends } = split(withoutMark(original));
  const usual = usualEnd(ends);
  const kept = diffLines(shownText(original), edited).filter(({ kind }) => kind !== 'removed');
  const text = kept.reduce((above, { text: line, before }, index) => {
    if (index === kept.length - 1) return above + line;
    const end = (before === null ? undefined : ends[before - 1]) ?? usual;
    // Where a file mixes its ends, CR, nothing and LF would come to stand together, and be one end instead of two.
    return above + line + (line === '' && end === '\n' && above.endsWith('\r') ? '\r' : end);
  }, '');
  return (original.startsWith(mark) ? mark : '') + text;
}

function usualEnd(ends: readonly string[]): string {
  const count = (end: string) => ends.filter((one) => one === end).length;
  return (['\n', '\r\n', '\r'] as const).reduce((best, end) => (count(end) > count(best) ? end : best));
}
