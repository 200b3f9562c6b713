import type { Place } from '@millrace/core';
import { type DiagnosticCode, diagnosticCodes } from './codes.ts';

/** One problem of one file. `line` and `column` count from 1; columns count UTF-16 units. */
export type Diagnostic = Readonly<{
  severity: 'error' | 'warning';
  code: string;
  message: string;
  /** What to do about it, often "did you mean"; null when the message says all. */
  hint: string | null;
  file: string;
  line: number;
  column: number;
}>;

type Problem = Readonly<{ code: DiagnosticCode; message: string; hint?: string | null | undefined; at: Place }>;
export type Report = (problem: Problem) => void;

/** Gathers problems; the same problem reported twice (two checks that see the same fault) counts once. */
export function createDiagnosticList(): Readonly<{ report: Report; sorted: () => readonly Diagnostic[] }> {
  const found = new Map<string, Diagnostic>();
  return {
    report: ({ code, message, hint, at }) => {
      const diagnostic = { severity: diagnosticCodes[code], code, message, hint: hint ?? null, ...at };
      const identity = [at.file, at.line, at.column, code, message].join('\u0000');
      if (!found.has(identity)) found.set(identity, diagnostic);
    },
    sorted: () => [...found.values()].sort(compare),
  };
}

function compare(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
