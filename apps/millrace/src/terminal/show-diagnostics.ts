import type { StoredDiagnostic } from '@millrace/engine';
import { printable, type Style } from './style.ts';

/**
 * Diagnostics for people: `file:line:column` (which terminals and editors make a link of), the line itself with a caret
 * under the place, the message and the hint. `shownPath` turns a file of the workspace into a path from here.
 */
export function showDiagnostics(
  diagnostics: readonly StoredDiagnostic[],
  sources: readonly Readonly<{ path: string; text: string }>[],
  shownPath: (file: string) => string,
  style: Style,
): string {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  return diagnostics.map((diagnostic) => showOne(diagnostic, texts.get(diagnostic.file), shownPath, style)).join('\n');
}

export function countProblems(diagnostics: readonly StoredDiagnostic[]): string {
  const count = (severity: string): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const say = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `${say(count('error'), 'error')}, ${say(count('warning'), 'warning')}`;
}

function showOne(
  diagnostic: StoredDiagnostic,
  text: string | undefined,
  shownPath: (file: string) => string,
  style: Style,
): string {
  const { severity, code, message, hint, file, line, column } = diagnostic;
  const word = severity === 'error' ? style.red('error') : style.yellow('warning');
  const lines = [
    `${style.bold(`${shownPath(file)}:${line}:${column}`)} ${word} ${printable(message)} ${style.dim(`[${code}]`)}`,
  ];
  const source = text?.split(/\r?\n/)[line - 1];
  if (source !== undefined) lines.push(...excerpt(source, line, column, style));
  if (hint !== null) lines.push(`  ${style.cyan('hint:')} ${printable(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** The line with a caret below its column; long lines are cut around it. */
function excerpt(source: string, line: number, column: number, style: Style): string[] {
  const width = 100;
  const begin = column - 1 > width - 20 ? column - 1 - Math.floor(width / 2) : 0;
  const cut = printable(source.slice(begin, begin + width).replaceAll('\t', ' '));
  const before = begin > 0 ? '…' : '';
  const after = source.length > begin + width ? '…' : '';
  const gutter = `  ${line} | `;
  const caret = ' '.repeat(gutter.length - 2 + before.length + column - 1 - begin);
  return [`${style.dim(gutter)}${before}${cut}${after}`, `  ${caret}${style.red('^')}`];
}
