import { constants, lstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { AttemptLimits, Json, ScriptBody } from '@millrace/core';
import { parseAllDocuments } from 'yaml';
import { StepFault } from '../attempt-results.ts';
import { parseJson } from './parse-json.ts';
import type { Captured } from './stdout-capture.ts';

export type OutputFormat = ScriptBody['output_format'];

/**
 * The output of a step that ended well: the file `$MILLRACE_OUTPUT` when the step wrote it, else its last `OUTPUT:` line,
 * else (scripts) all of stdout in `format`; null when there is nothing. `file` null: it surely wrote none. Throws a StepFault: `invalid_output`,
 * `output_too_large`.
 */
export async function readOutput(
  file: string | null,
  captured: Captured,
  format: OutputFormat | null,
  limits: AttemptLimits,
): Promise<Json> {
  const written = file === null ? null : await readOutputFile(file, limits);
  if (written !== null) return jsonOutput(written, 'The file $MILLRACE_OUTPUT');
  if (captured.oversizedLineBytes !== null) throw tooLarge('The OUTPUT: line', captured.oversizedLineBytes, limits);
  if (captured.line !== null) return jsonOutput(captured.line, 'The last OUTPUT: line');
  if (format === null) return null;
  if (captured.whole === null) throw tooLarge('Standard output', captured.totalBytes, limits);
  return formattedOutput(captured.whole.toString('utf8'), format);
}

async function readOutputFile(file: string, limits: AttemptLimits): Promise<string | null> {
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return null;
  // The step may have put anything there: a link or a pipe is not followed or waited for.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw notReadable(cause);
    },
  );
  if (handle === null) return null;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notReadable(null);
    if (stats.size === 0) return null;
    if (stats.size > limits.outputBytes) throw tooLarge('The file $MILLRACE_OUTPUT', stats.size, limits);
    return (await handle.readFile()).toString('utf8');
  } finally {
    await handle.close();
  }
}

const notReadable = (cause: unknown): StepFault =>
  new StepFault(
    {
      code: 'invalid_output',
      message: 'What the step left at $MILLRACE_OUTPUT cannot be read; expected a plain file.',
      hint: 'Write JSON to that path; do not replace it by a link, a folder or a pipe.',
      retryable: false,
    },
    cause ?? undefined,
  );

function tooLarge(what: string, bytes: number, limits: AttemptLimits): StepFault {
  return new StepFault({
    code: 'output_too_large',
    message: `${what} has ${bytes} bytes; a step's output may have ${limits.outputBytes}.`,
    hint: 'Keep big data in a file or object store and output its address, or raise `limits.output_bytes` of the server.',
    details: { bytes, limit: limits.outputBytes },
    retryable: false,
  });
}

function jsonOutput(text: string, what: string): Json {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  throw invalid(what, `is not JSON: ${parsed.problem}`);
}

function formattedOutput(text: string, format: OutputFormat): Json {
  switch (format) {
    case 'text':
      return text.replace(/\r?\n$/, '');
    case 'json':
      return text.trim() === '' ? null : jsonOutput(text, 'Standard output (output_format: json)');
    case 'jsonl':
      return jsonLines(text);
    case 'yaml':
      return yamlOutput(text);
  }
}

function jsonLines(text: string): Json[] {
  const values: Json[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = parseJson(line);
    if (!parsed.ok)
      throw invalid(`Line ${index + 1} of standard output (output_format: jsonl)`, `is not JSON: ${parsed.problem}`);
    values.push(parsed.value);
  }
  return values;
}

function yamlOutput(text: string): Json {
  const what = 'Standard output (output_format: yaml)';
  const documents = parseAllDocuments(text, { prettyErrors: true });
  const [first] = Array.isArray(documents) ? documents : [];
  if (first === undefined) return null;
  if (documents.length > 1) throw invalid(what, `has ${documents.length} documents; expected one`);
  const [error] = first.errors;
  if (error !== undefined) throw invalid(what, `is not YAML: ${error.message.split('\n')[0]}`);
  try {
    // Through JSON, so that dates, maps with other keys and the like become what JSON can hold.
    return JSON.parse(JSON.stringify(first.toJS({ maxAliasCount: 100 })) ?? 'null') as Json;
  } catch (cause) {
    throw invalid(what, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const invalid = (what: string, problem: string): StepFault =>
  new StepFault({
    code: 'invalid_output',
    message: `${what} ${problem}.`,
    hint: 'Print other text to standard error, or write the output to the file $MILLRACE_OUTPUT.',
    retryable: false,
  });
