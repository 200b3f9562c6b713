import type { Given, LogLine, Routes } from '@millrace/api';
import { ApiError } from './api-error.ts';
import { createBackoff } from './backoff.ts';
import type { Transport } from './transport.ts';

export type FollowChoice = Pick<
  NonNullable<Given<Routes['readLogs'], 'query'>>,
  'step' | 'item' | 'iteration' | 'attempt' | 'offset'
>;

/** How many times in a row a broken connection is made again before the error is the caller's. */
const maxFailures = 12;

/**
 * The lines of a run's logs as they are written, until the run has ended or `signal` is aborted. A connection that breaks
 * is made again, and lines that were given already are not given twice.
 */
export async function* followLogs(
  transport: Transport,
  run: string,
  choice: FollowChoice,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  const positions = new Map<string, number>();
  const backoff = createBackoff(signal);
  const oneLog =
    choice.step !== undefined &&
    choice.item !== undefined &&
    choice.iteration !== undefined &&
    choice.attempt !== undefined;
  for (;;) {
    try {
      // Just one log can be gone on with from its place; of several, what was given is left out here.
      const [position] = oneLog ? [...positions.values()] : [];
      const query = {
        ...choice,
        ...(position === undefined ? {} : { offset: position }),
        format: 'json' as const,
        follow: true,
      };
      const response = await transport.open('readLogs', { params: { run }, query }, { signal });
      for await (const line of linesOf(response)) {
        backoff.succeeded();
        const key = `${line.step}\u0000${line.item}/${line.iteration}/${line.attempt}`;
        if (line.next_offset <= (positions.get(key) ?? 0)) continue;
        positions.set(key, line.next_offset);
        yield line;
      }
      return;
    } catch (error) {
      if (signal?.aborted) return;
      const lasting = error instanceof ApiError && !error.retryable;
      if (lasting || backoff.failures() >= maxFailures) throw error;
      await backoff.wait();
      if (signal?.aborted) return;
    }
  }
}

/** Reads one JSON document for each line. Throws when the body breaks off. */
async function* linesOf(response: Response): AsyncGenerator<LogLine> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
    }
  } finally {
    // Also when the consumer stops early: the server should not go on for nobody.
    await reader.cancel().catch(() => {});
  }
}
