import { describe, expect, it } from 'vitest';
import { wrongFiles } from '../test/wrong-files.ts';
import { diagnosticCodes, loadDefinitions } from './index.ts';

describe('a wrong file', () => {
  it.each(wrongFiles)('%j is reported at %i:%i as %s', (text, line, column, code, says) => {
    const { definitions, diagnostics } = loadDefinitions([{ path: '.workflows/x.yaml', text }]);
    const shown = diagnostics.map((one) => `${one.line}:${one.column} ${one.code}: ${one.message} ${one.hint ?? ''}`);
    const match = diagnostics.find((one) => one.line === line && one.column === column && one.code === code);
    expect(match === undefined ? shown : `${match.message} ${match.hint ?? ''}`).toContain(says);
    expect(definitions === null).toBe(diagnostics.some((one) => one.severity === 'error'));
    expect(diagnostics, shown.join('\n')).toHaveLength(1);
  });

  it('has steps that only lead to each other; one that only leads to itself starts by itself', () => {
    const text = (a: string, b: string) =>
      `workflows:\n  w:\n    steps:\n      e: { type: shell, cmd: x }\n      a: { type: shell, cmd: x, next: [{ do: ${a} }] }\n      b: { type: shell, cmd: x, next: [{ do: ${b} }] }\n`;
    const wrong = loadDefinitions([{ path: 'x.yaml', text: text('b', 'a') }]).diagnostics;
    expect(wrong.map(({ code, line, column }) => [code, line, column])).toEqual([
      ['unreachable_step', 5, 7],
      ['unreachable_step', 6, 7],
    ]);
    expect(loadDefinitions([{ path: 'x.yaml', text: text('a', 'b') }]).diagnostics).toEqual([]);
  });

  it('has, in the table, more than 100 forms and most of the codes', () => {
    expect(wrongFiles.length).toBeGreaterThan(100);
    const seen = new Set(wrongFiles.map(([, , , code]) => code));
    const elsewhere = [
      'unreachable_step',
      'file_too_large',
      'alias_limit',
      'invalid_key',
      'duplicate_name',
      'dialect_unsupported',
      'dialect_ignored',
    ];
    expect(Object.keys(diagnosticCodes).filter((code) => !seen.has(code))).toEqual(
      elsewhere.sort((a, b) => Object.keys(diagnosticCodes).indexOf(a) - Object.keys(diagnosticCodes).indexOf(b)),
    );
  });
});
