// Colours of terminals (SGR sequences) as styled pieces of text. Other escape sequences are left out; of what a line wrote over itself
// (progress bars, by carriage returns) the last state shows.

export type AnsiStyle = Readonly<{
  color?: string;
  background?: string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
}>;
export type AnsiPiece = Readonly<{ text: string; style: AnsiStyle }>;

const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);
/** Colours and other CSI sequences, titles and links (OSC), short sequences, and single control characters but the tabulator. */
const sequences = new RegExp(
  [
    `${esc}\\[([0-9;:]*)([@-~])`,
    `${esc}\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)`,
    `${esc}[@-Z\\\\-_]`,
    '(?!\\t)\\p{Cc}',
  ].join('|'),
  'gu',
);

/** The sixteen colours, readable on light and dark ground. */
const palette = [
  'var(--soft)',
  'var(--bad)',
  'var(--good)',
  'var(--wait)',
  'var(--busy)',
  'light-dark(#9333a8, #d58cf0)',
  'light-dark(#0d7a82, #5cc8cf)',
  'var(--text)',
];

export function parseAnsi(line: string): readonly AnsiPiece[] {
  const shown = line.includes('\r') ? lastState(line) : line;
  if (!/\p{Cc}/u.test(shown)) return [{ text: shown, style: {} }];
  const pieces: AnsiPiece[] = [];
  let style: AnsiStyle = {};
  let at = 0;
  for (const match of shown.matchAll(sequences)) {
    if (match.index > at) pieces.push({ text: shown.slice(at, match.index), style });
    if (match[2] === 'm') style = nextStyle(style, match[1] ?? '');
    at = match.index + match[0].length;
  }
  if (at < shown.length) pieces.push({ text: shown.slice(at), style });
  return pieces;
}

const lastState = (line: string): string => line.split('\r').findLast((part) => part !== '') ?? '';

function nextStyle(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || '0'));
  let style: AnsiStyle = before;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes, index + 1);
      index += used;
      if (color !== null) style = code === 38 ? { ...style, color } : { ...style, background: color };
    } else style = simpleStyle(style, code);
  }
  return style;
}

function simpleStyle(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return without(style, 'bold', 'dim');
  if (code === 23) return without(style, 'italic');
  if (code === 24) return without(style, 'underline');
  if (code === 39) return without(style, 'color');
  if (code === 49) return without(style, 'background');
  const color = palette[code % 10];
  if (color === undefined) return style;
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, color };
  // A coloured ground would need a colour of its own for the text on it: the tint is enough.
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) {
    return { ...style, background: `color-mix(in srgb, ${color} 20%, transparent)` };
  }
  return style;
}

function without(style: AnsiStyle, ...names: readonly (keyof AnsiStyle)[]): AnsiStyle {
  return Object.fromEntries(Object.entries(style).filter(([name]) => !names.includes(name as keyof AnsiStyle)));
}

/** `5;N` or `2;R;G;B`, and how many codes it took. */
function extendedColor(codes: readonly number[], from: number): readonly [color: string | null, used: number] {
  if (codes[from] === 5) return [indexedColor(codes[from + 1] ?? 0), 2];
  if (codes[from] === 2) return [`rgb(${codes.slice(from + 1, from + 4).join(' ')})`, 4];
  return [null, 0];
}

function indexedColor(index: number): string {
  if (index < 16) return palette[index % 8] ?? 'var(--text)';
  if (index > 231) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = index - 16;
  return `rgb(${levels[Math.floor(cube / 36)]} ${levels[Math.floor(cube / 6) % 6]} ${levels[cube % 6]})`;
}
