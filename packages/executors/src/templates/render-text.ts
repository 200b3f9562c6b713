import type { Assignment, Fault, Json } from '@millrace/core';
import { ExpressionError, locate, parseTemplate, render, type Scope, type Template } from '@millrace/expression';
import { StepFault } from '../attempt-results.ts';

/** Templates of a body repeat with every attempt of the step, so their trees are kept; the oldest go first. */
const parsed = new Map<string, Template>();
const parsedLimit = 2_000;

/** A body's text, where it stands, and what it may read: what rendering needs. */
export type Rendering = Readonly<{ assignment: Assignment; scope: Scope }>;

export function renderingOf(assignment: Assignment, now: number): Rendering {
  const names: Record<string, Json> = { ...assignment.names, input: assignment.input };
  return { assignment, scope: { names, now, uuid: () => crypto.randomUUID() } };
}

/**
 * Renders one text of an action's body. `pointer` is the text's JSON pointer from the body's root, for the place in the
 * fault. Throws a StepFault with code `expression`.
 */
function renderValue(rendering: Rendering, text: string, pointer: string): Json {
  if (!mayBeTemplate(text)) return text;
  return placed(rendering, text, pointer, () => render(parsedTemplate(text), rendering.scope));
}

/** As `renderValue`, for keys that are text: another value becomes its text. */
export function renderString(rendering: Rendering, text: string, pointer: string): string {
  const value = renderValue(rendering, text, pointer);
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

/** Renders every string inside a JSON value; keys stay as they are. */
export function renderDeep(rendering: Rendering, value: Json, pointer: string): Json {
  if (typeof value === 'string') return renderValue(rendering, value, pointer);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => renderDeep(rendering, item, `${pointer}/${index}`));
  }
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, renderDeep(rendering, item, `${pointer}/${escapePointer(key)}`)]),
  );
}

/** Renders a map of texts: `env`, `headers`. */
export function renderStrings(
  rendering: Rendering,
  texts: Readonly<Record<string, string>>,
  pointer: string,
): Record<string, string> {
  const rendered: Record<string, string> = {};
  for (const [name, text] of Object.entries(texts)) {
    rendered[name] = renderString(rendering, text, `${pointer}/${escapePointer(name)}`);
  }
  return rendered;
}

/** The tree of a template, parsed once. */
export function parsedTemplate(text: string): Template {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const template = parseTemplate(text);
  if (parsed.size >= parsedLimit) {
    const [oldest] = parsed.keys();
    if (oldest !== undefined) parsed.delete(oldest);
  }
  parsed.set(text, template);
  return template;
}

/** Runs `work` and gives errors of expressions their place in the workspace's files. */
export function placed<T>(rendering: Rendering, text: string, pointer: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ExpressionError)) throw cause;
    const fault: Fault = {
      code: 'expression',
      message: `${placeInText(text, pointer, cause.span.start)}: ${cause.message}`,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
      ...atOf(rendering.assignment, text, pointer, cause.span.start),
      details: { reason: cause.code },
      retryable: false,
    };
    throw new StepFault(fault, cause);
  }
}

/** `cmd, line 3, column 7`: how a fault names a place inside a text of the body. */
export function placeInText(text: string, pointer: string, offset: number): string {
  const { line, column } = locate(text, offset);
  const key = pointer.slice(1).replaceAll('/', '.');
  return text.includes('\n') ? `${key}, line ${line}, column ${column}` : `${key}, column ${column}`;
}

/**
 * The place in the workspace's file of an offset inside a body's text, when the plan knows where the text starts. Within
 * the text's first line the column is exact; on later lines it counts from the start of the line's text.
 */
export function atOf(assignment: Assignment, text: string, pointer: string, offset: number): Pick<Fault, 'at'> {
  const start = assignment.places[pointer];
  if (start === undefined) return {};
  const { line, column } = locate(text, offset);
  if (line === 1) return { at: { ...start, column: start.column + column - 1 } };
  return { at: { file: start.file, line: start.line + line - 1, column } };
}

const mayBeTemplate = (text: string): boolean => text.includes('{{') || text.includes('{%') || text.includes('{#');

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
