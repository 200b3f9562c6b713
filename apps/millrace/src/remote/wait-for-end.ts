import type { Run } from '@millrace/api';
import { ApiError, type Client } from '@millrace/client';
import { pause } from './pause.ts';

/** A server that restarts is waited for this long; the run itself does not notice. */
const patienceMs = 120_000;

/** Waits for the end of a run, also across restarts of its server. `onAway` is told once for each time it is away. */
export async function waitForEnd(
  client: Client,
  run: string,
  signal: AbortSignal,
  onAway: (error: ApiError) => void,
): Promise<Run> {
  let awaySince: number | null = null;
  for (;;) {
    try {
      const waited = await client.runs.wait(run, { timeout: awaySince === null ? 50 : 0 }, { signal });
      if (waited.ended) return waited.run;
      awaySince = null;
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError) || !error.retryable) throw error;
      if (awaySince === null) onAway(error);
      awaySince ??= performance.now();
      if (performance.now() - awaySince > patienceMs) throw error;
      await pause(1_000, signal);
    }
  }
}
