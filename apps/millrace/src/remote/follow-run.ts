import type { Run } from '@millrace/api';
import type { Client } from '@millrace/client';
import type { ProgressView } from '../terminal/progress-view.ts';
import { logLabel } from './logs.ts';
import { pause } from './pause.ts';
import { pauseText } from './show-run.ts';
import { waitForEnd } from './wait-for-end.ts';

/** How often the run is looked at while its server's events cannot be had (a proxy that knows no WebSocket). */
const lookMs = 1_000;

/** Shows a run's steps and logs until it has ended; gives the run. With an aborted `signal` it throws. */
export async function followRun(client: Client, run: string, view: ProgressView, signal: AbortSignal): Promise<Run> {
  const over = new AbortController();
  const stopped = AbortSignal.any([signal, over.signal]);
  const refresh = async (): Promise<void> => showSteps(await client.runs.get(run, {}, { signal: stopped }), view);

  const events = followEvents(client, run, view, refresh, stopped).catch(async () => {
    while (!stopped.aborted) {
      await refresh().catch(() => undefined);
      await pause(lookMs, stopped);
    }
  });
  const logs = followLogs(client, run, view, stopped);
  try {
    const ended = await waitForEnd(client, run, stopped, (error) =>
      view.log('millrace', `${error.message} Waiting for it.`),
    );
    await logs; // Ends by itself: the server ends it when the run has ended and all lines are out.
    showSteps(ended, view);
    return ended;
  } finally {
    over.abort();
    await events;
  }
}

async function followEvents(
  client: Client,
  run: string,
  view: ProgressView,
  refresh: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for await (const notice of client.events([{ id: 'run', run, types: ['step', 'run', 'changed'] }], { signal })) {
    if (notice.type !== 'event' || notice.event.type === 'changed' || notice.event.type === 'run') await refresh();
    else if (notice.event.type === 'step') view.step({ ...notice.event, at: Date.parse(notice.event.at) });
  }
}

async function followLogs(client: Client, run: string, view: ProgressView, signal: AbortSignal): Promise<void> {
  try {
    for await (const line of client.runs.followLogs(run, {}, { signal })) view.log(logLabel(line), line.text);
  } catch (error) {
    // Logs that cannot be had are no reason to stop watching the run.
    if (!signal.aborted)
      view.log('millrace', `the logs cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function showSteps(run: Run, view: ProgressView): void {
  view.paused(run.paused === null ? null : pauseText(run.paused));
  for (const [name, step] of Object.entries(run.steps)) {
    const at = Date.parse(step.ended_at ?? step.started_at ?? run.created_at);
    view.step({ step: name, item: -1, attempt: step.attempts, status: step.status, reason: step.reason, at });
  }
}
