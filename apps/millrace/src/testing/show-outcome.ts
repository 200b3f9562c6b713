import type { Json } from '@millrace/core';
import type { Difference, Mismatch } from '@millrace/definition';
import { formatDuration } from '../terminal/duration.ts';
import { printable, type Style } from '../terminal/style.ts';
import type { TestOutcome } from './run-tests.ts';

const maxDifferences = 10;
const maxText = 300;

/** One test: whether it passed, how long it took, and what was not as expected. */
export function showOutcome(outcome: TestOutcome, shownPath: (file: string) => string, style: Style): string {
  const { test, mismatches, milliseconds } = outcome;
  const mark = mismatches.length === 0 ? style.green('✓') : style.red('✗');
  const time = style.dim(`(${formatDuration(milliseconds)})`);
  const head = `${mark} ${style.dim(`${test.workflow} ›`)} ${printable(test.name)} ${time}`;
  return `${[head, ...mismatches.flatMap((mismatch) => showMismatch(mismatch, shownPath, style))].join('\n')}\n`;
}

function showMismatch(
  { at, message, differences }: Mismatch,
  shownPath: (file: string) => string,
  style: Style,
): string[] {
  const place = style.bold(`${shownPath(at.file)}:${at.line}:${at.column}`);
  const more = differences.length - maxDifferences;
  return [
    `    ${place} ${printable(message)}`,
    ...differences.slice(0, maxDifferences).flatMap((difference) => showDifference(difference, style)),
    ...(more > 0 ? [`      … and ${more} more`] : []),
  ];
}

function showDifference({ path, expected, actual }: Difference, style: Style): string[] {
  return [
    ...(path === '' ? [] : [`      at ${printable(path)}`]),
    `      ${style.green(`expected  ${show(expected)}`)}`,
    `      ${style.red(`got       ${show(actual)}`)}`,
  ];
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = printable(JSON.stringify(value));
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
