import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { MillraceError } from '@millrace/core';

/** The most that is read before somebody is told that this is no secret. */
const maxBytes = 1024 * 1024;

/** The value of a secret. Throws `invalid_request` when nothing was given. */
export const readSecret = (name: string, input: NodeJS.ReadStream = process.stdin): Promise<string> =>
  readHidden(`Value of ${name} (not shown): `, nothingGiven(), input);

/**
 * What nobody may see: asked for on a terminal, where it is not shown, else all of standard input without the line feed at its
 * end. Throws `nothing` when that is all.
 */
export async function readHidden(
  prompt: string,
  nothing: MillraceError,
  input: NodeJS.ReadStream = process.stdin,
): Promise<string> {
  if (input.isTTY) {
    const typed = await ask(prompt, input);
    if (typed === '') throw nothing;
    return typed;
  }
  const value = await readAll(input);
  if (value === '') throw nothing;
  return value;
}

/** `again`: asked for a second time, which must be the same, because nobody sees what he types. */
export type HiddenQuestion = Readonly<{ prompt: string; again?: string }>;

/** Several of these: asked for one after the other, else a line each. Throws `invalid_request` when one is missing. */
export async function readHiddenEach(
  questions: readonly HiddenQuestion[],
  input: NodeJS.ReadStream = process.stdin,
): Promise<readonly string[]> {
  if (!input.isTTY) {
    const lines = (await readAll(input)).split(/\r?\n/);
    if (lines.length === questions.length && !lines.includes('')) return lines;
    throw new MillraceError('invalid_request', `${questions.length} lines are expected on standard input.`, {
      hint: 'Type them at the prompts, or give each on a line of its own; --help tells the order.',
    });
  }
  const answers: string[] = [];
  for (const { prompt, again } of questions) {
    const typed = await ask(prompt, input);
    if (typed === '') throw nothingTyped();
    if (again !== undefined && (await ask(again, input)) !== typed) {
      throw new MillraceError('invalid_request', 'That was not the same again, so nothing was changed.', {
        hint: 'Try again.',
      });
    }
    answers.push(typed);
  }
  return answers;
}

async function readAll(input: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const piece = Buffer.from(chunk as Uint8Array);
    bytes += piece.length;
    if (bytes > maxBytes) throw new MillraceError('too_large', `More than ${maxBytes} bytes came: this is no secret.`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** The prompt goes beside the output, which programs may read; what is typed goes nowhere. */
async function ask(prompt: string, input: NodeJS.ReadStream): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  // While it reads, the terminal hands Ctrl-C to it instead of to the process.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  process.stderr.write(prompt);
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

const nothingTyped = (): MillraceError =>
  new MillraceError('invalid_request', 'Nothing was typed, so nothing was changed.', { hint: 'Try again.' });

const nothingGiven = (): MillraceError =>
  new MillraceError('invalid_request', 'No value was given, so nothing was changed.', {
    hint: 'Type it at the prompt, or give it on standard input: millrace secret set NAME < file',
  });
