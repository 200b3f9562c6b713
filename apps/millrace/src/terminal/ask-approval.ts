import { createInterface, type Interface } from 'node:readline/promises';
import type { Json } from '@millrace/core';
import type { OpenApproval } from '@millrace/engine';
import { parseValue } from '../commands/input-option.ts';
import type { OfflineAnswer } from '../offline/answer-offline.ts';
import { type FormField, fieldText, formFields, titleOf } from './show-approval.ts';
import { printable, type Style } from './style.ts';

export type Dialogue = Readonly<{ input: NodeJS.ReadableStream; output: NodeJS.WritableStream; style: Style }>;

/** Asks on a terminal: shows the prompt, then asks for the decision, each field of the form and a comment. */
export async function askApproval(
  approval: OpenApproval,
  problem: string | null,
  signal: AbortSignal,
  { input, output, style }: Dialogue,
): Promise<OfflineAnswer> {
  const lines = createInterface({ input, output });
  // While it reads, the terminal hands Ctrl-C to it instead of to the process.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    if (problem !== null) output.write(`${style.red('error')} ${printable(problem)}\n`);
    output.write(`${style.bold(titleOf(approval))} asks:\n`);
    for (const line of approval.prompt.split('\n')) output.write(`  ${printable(line)}\n`);
    const ask = (question: string) => lines.question(question, { signal });
    if (!(await isAgreed(ask))) return { decision: 'reject', values: {}, comment: await readComment(ask) };
    const values = await fillIn(approval, ask);
    return { decision: 'approve', values, comment: await readComment(ask) };
  } finally {
    lines.close();
  }
}

type Ask = (question: string) => ReturnType<Interface['question']>;

async function isAgreed(ask: Ask): Promise<boolean> {
  for (;;) {
    const said = (await ask('Approve? [y/n] ')).trim().toLowerCase();
    if (said === 'y' || said === 'yes') return true;
    if (said === 'n' || said === 'no') return false;
  }
}

/** Nothing typed: the default, or nothing. What is wrong is told by the check against the form. */
async function fillIn({ form }: OpenApproval, ask: Ask): Promise<Readonly<Record<string, Json>>> {
  const values: Record<string, Json> = {};
  for (const [name, field] of Object.entries(formFields(form))) {
    const text = await ask(`${printable(name)} (${printable(fieldText(field))}): `);
    if (text !== '') values[name] = parseValue(text, textTypeOf(field));
  }
  return values;
}

/** Of a choice, what it is written as says its type. */
const textTypeOf = ({ type, enum: choices }: FormField): string | undefined =>
  choices?.every((choice) => typeof choice === 'string') === true ? 'string' : type;

async function readComment(ask: Ask): Promise<string | null> {
  const comment = (await ask('Comment (optional): ')).trim();
  return comment === '' ? null : comment;
}
