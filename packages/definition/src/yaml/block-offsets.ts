import type { Decoded } from './flow-offsets.ts';

/**
 * Where each character of a `|` or `>` scalar stands in its source. `source` is what follows the header line; `header` is
 * the header itself (`|`, `>-`, `|2+`); `parentIndent` is the indentation that the YAML library gives for the scalar.
 * Offsets are relative to the start of `source`.
 */
export function decodeBlockScalar(source: string, header: string, parentIndent: number): Decoded {
  const explicit = Number(/[1-9]/.exec(header)?.[0] ?? 0);
  const lines = splitLines(source);
  const last = lines.findLastIndex((line) => line.content !== '');
  if (last < 0) return { text: '', offsets: [] };
  const first = lines.findIndex((line) => line.content !== '');
  const indent = explicit > 0 ? parentIndent + explicit : (lines[first]?.indent ?? 0);
  const characters: string[] = [];
  const offsets: number[] = [];
  const push = (text: string, at: number) => {
    for (let index = 0; index < text.length; index++) {
      characters.push(text.charAt(index));
      offsets.push(at + index);
    }
  };
  const body = { lines, first, end: endOfContent(lines, last, indent), indent, push };
  if (header.startsWith('>')) copyFolded(body);
  else copyLiteral(body);
  return { text: characters.join(''), offsets };
}

type Line = Readonly<{ start: number; indent: number; content: string; end: number }>;
type Body = Readonly<{
  lines: readonly Line[];
  first: number;
  end: number;
  indent: number;
  push: (text: string, at: number) => void;
}>;

function splitLines(source: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const raw of source.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    lines.push({ start, indent, content: line.slice(indent), end: start + line.length });
    start += raw.length + 1;
  }
  return lines;
}

/** Empty lines at the end belong to the content when they are indented more than the content. */
function endOfContent(lines: readonly Line[], last: number, indent: number): number {
  const more = lines.findLastIndex((line, index) => index > last && line.indent > indent);
  return Math.max(last, more) + 1;
}

function copyLiteral({ lines, end, indent, push }: Body): void {
  for (const [index, line] of lines.slice(0, end).entries()) {
    const skipped = Math.min(indent, line.indent);
    push(' '.repeat(line.indent - skipped) + line.content, line.start + skipped);
    if (index < end - 1) push('\n', line.end);
  }
}

function copyFolded({ lines, first, end, indent, push }: Body): void {
  for (const line of lines.slice(0, first)) {
    const skipped = Math.min(indent, line.indent);
    push(`${' '.repeat(line.indent - skipped)}\n`, line.start + skipped);
  }
  let separator = '';
  let separatorAt = lines[first]?.start ?? 0;
  let previousIndented = false;
  for (const line of lines.slice(first, end)) {
    const skipped = Math.min(indent, line.indent);
    const text = ' '.repeat(line.indent - skipped) + line.content;
    const indented = line.indent > indent || line.content.startsWith('\t');
    if (indented) {
      if (separator === ' ') separator = '\n';
      else if (!previousIndented && separator === '\n') separator = '\n\n';
    } else if (line.content === '') {
      if (separator === '\n') push('\n', separatorAt);
      separator = '\n';
      separatorAt = line.end;
      continue;
    }
    for (const unit of separator) push(unit, separatorAt);
    push(text, line.start + skipped);
    separator = indented ? '\n' : ' ';
    separatorAt = line.end;
    previousIndented = indented;
  }
}
