import { createInterface } from 'node:readline/promises';

type Dialogue = Readonly<{ input: NodeJS.ReadableStream; output: NodeJS.WritableStream }>;

/** Asks on a terminal; whatever is not a clear yes is a no. */
export async function confirm(question: string, { input, output }: Dialogue): Promise<boolean> {
  const lines = createInterface({ input, output });
  // While it reads, the terminal hands Ctrl-C to it instead of to the process.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
