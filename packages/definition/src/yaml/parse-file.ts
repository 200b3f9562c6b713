import { type Document, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';
import type { Report } from '../diagnostics/diagnostic.ts';
import { convertDocument } from './convert-document.ts';
import { type Origin, placeAt } from './origin.ts';
import type { SourceNode } from './source-node.ts';
import { reportSyntax } from './syntax-problems.ts';

/** Files are written by people: one of more than a mebibyte is a mistake or an attack. */
const maxFileBytes = 1024 * 1024;

/**
 * Parses one YAML 1.2 file. Gives null when the file is empty or cannot be read; `broken` tells the two apart, so that
 * what a broken file would have defined is not reported as missing elsewhere.
 */
export function parseFile(origin: Origin, report: Report): Readonly<{ root: SourceNode | null; broken: boolean }> {
  if (!isReadable(origin, report)) return { root: null, broken: true };
  const documents = parseAllDocuments(origin.text, {
    version: '1.2',
    keepSourceTokens: true,
    prettyErrors: false,
    lineCounter: new LineCounter(),
    logLevel: 'silent',
  });
  const [first, second] = Array.isArray(documents) ? (documents as Document.Parsed<ParsedNode>[]) : [];
  if (first === undefined) return { root: null, broken: false };
  if (reportSyntax(first, origin, report)) return { root: null, broken: true };
  if (second !== undefined) {
    report({
      code: 'multiple_documents',
      message: 'This file holds more than one YAML document; a second one begins here.',
      hint: 'Remove the line `---`, or move what follows to a file of its own: files merge by section.',
      at: placeAt(origin, startOfDocument(origin.text, second.range[0])),
    });
  }
  if (first.contents === null) return { root: null, broken: second !== undefined };
  let broken = second !== undefined;
  const root = convertDocument(first.contents, origin, (problem) => {
    broken = true;
    report(problem);
  });
  // What cannot be read has no value: checking on would only report that.
  if (broken) return { root: null, broken };
  const empty = root.kind === 'scalar' && root.value === null;
  return { root: empty ? null : root, broken };
}

function startOfDocument(text: string, offset: number): number {
  const marker = text.lastIndexOf('---', offset);
  return marker < 0 ? offset : marker;
}

function isReadable(origin: Origin, report: Report): boolean {
  const bytes = new TextEncoder().encode(origin.text).length;
  if (bytes > maxFileBytes) {
    report({
      code: 'file_too_large',
      message: `This file has ${bytes} bytes; the limit is ${maxFileBytes} bytes (1 MiB).`,
      hint: 'Split it: files of a workspace merge by section.',
      at: placeAt(origin, 0),
    });
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(origin.text);
  if (control === null) return true;
  report({
    code: 'binary_text',
    message: `This file holds the control character U+${control[0].charCodeAt(0).toString(16).padStart(4, '0')}.`,
    hint: 'Workflow files are UTF-8 text. Inside double quotes write an escape such as `"\\x1b"`.',
    at: placeAt(origin, control.index),
  });
  return false;
}
