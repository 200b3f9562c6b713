import { locate } from '@millrace/expression';
import { StepFault } from '../attempt-results.ts';
import { atOf, parsedTemplate, placed, placeInText, type Rendering } from '../templates/render-text.ts';
import { expandTemplate, type Segment } from './expand-template.ts';
import { scanCommands } from './scan/scan-commands.ts';
import { createScanner, type Demand, type Dialect, MARK, type Problem, type ScanState } from './scan/scanner.ts';

/** Shell code without any value in it, and the environment variables that its references read. */
export type CompiledCommand = Readonly<{ script: string; variables: Readonly<Record<string, string>> }>;

type Value = Extract<Segment, { kind: 'value' }>;

const number = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const name = /^[A-Za-z_]\w*$/;

/**
 * Compiles a `cmd` into code and variables. `dialect` null: a shell that Millrace cannot quote for, where only `| raw`
 * values are possible. Throws a StepFault: `expression`, or `unsafe_interpolation` for a value that cannot stand where it
 * stands. The same value at several places shares one variable.
 */
export function compileCommand(
  rendering: Rendering,
  cmd: string,
  dialect: Dialect | null,
  pointer = '/cmd',
): CompiledCommand {
  const segments = placed(rendering, cmd, pointer, () => expandTemplate(parsedTemplate(cmd).parts, rendering.scope));
  const values = segments.filter((segment): segment is Value => segment.kind === 'value' && !segment.raw);
  const refuse = (value: Value | null, why: string, hint: string): never => {
    throw unsafe(rendering, cmd, pointer, value?.offset ?? null, why, hint);
  };
  for (const segment of segments) {
    if (!segment.text.includes(MARK)) continue;
    refuse(
      segment.kind === 'value' ? segment : null,
      'it holds a NUL character, which no process can take',
      'Remove the character, or pass the value as base64.',
    );
  }
  const source = segments.map((segment) => (segment.kind === 'value' && !segment.raw ? MARK : segment.text)).join('');
  const [firstValue] = values;
  if (firstValue === undefined) return { script: source, variables: {} };
  if (dialect === null) {
    refuse(
      firstValue,
      'Millrace does not know how this shell quotes',
      'Use `shell: sh` or `shell: bash`, or pass the value through `env`.',
    );
  }
  const names = variableNames(values);
  const state: ScanState = {
    dialect: dialect ?? 'posix',
    reference: (mark) => names[mark]?.variable ?? '',
    check: (mark, demand) => satisfies(values[mark]?.text ?? '', demand),
    problems: [],
    integers: new Set(),
    source,
    marks: 0,
    delimiters: 0,
  };
  const scanner = createScanner(state, source);
  scanCommands(scanner, null);
  const [problem] = state.problems;
  if (problem !== undefined) refuse(values[problem.mark] ?? null, problem.why, hintFor(problem));
  return {
    script: scanner.out.join(''),
    variables: Object.fromEntries(names.map(({ variable, text }) => [variable, text])),
  };
}

function variableNames(values: readonly Value[]): { variable: string; text: string }[] {
  const known = new Map<string, string>();
  return values.map(({ text }) => {
    const variable = known.get(text) ?? `MILLRACE_V${known.size + 1}`;
    known.set(text, variable);
    return { variable, text };
  });
}

function satisfies(text: string, demand: Demand): boolean {
  switch (demand) {
    case 'number':
      return number.test(text);
    case 'name':
      return name.test(text) || number.test(text);
    case 'nothing':
      return false;
  }
}

function hintFor(problem: Problem): string {
  const instead =
    'Put the value into a variable through `env` and use that, or pass it as an argument: sh -c \'… "$1"\' sh {{ value }}.';
  switch (problem.demand) {
    case 'number':
      return `Only a number may stand here. ${instead} If the value is code on purpose, write {{ … | raw }}.`;
    case 'name':
      return 'Only the name of a variable may stand here: letters, digits and underscores.';
    case 'nothing':
      return `${instead} If the value is code on purpose, write {{ … | raw }}.`;
  }
}

function unsafe(
  rendering: Rendering,
  cmd: string,
  pointer: string,
  offset: number | null,
  why: string,
  hint: string,
): StepFault {
  const where = offset === null ? pointer.slice(1) : placeInText(cmd, pointer, offset);
  const position = offset === null ? null : locate(cmd, offset);
  return new StepFault({
    code: 'unsafe_interpolation',
    message: `${where}: this value cannot be put into the command safely: ${why}.`,
    hint,
    ...(offset === null ? {} : atOf(rendering.assignment, cmd, pointer, offset)),
    ...(position === null ? {} : { details: { line: position.line, column: position.column } }),
    retryable: false,
  });
}
