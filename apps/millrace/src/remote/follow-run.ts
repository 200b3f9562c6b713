import type { Run } from '@millrace/api';
import type { Client } from '@millrace/client';
import type { ProgressView } from '../terminal/progress-view.ts';
import type { StepUpdate } from '../terminal/step-progress.ts';
import { createApprovalNotices } from './approval-notices.ts';
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
  const notices = createApprovalNotices(client, run, (line) => view.log('millrace', line), stopped);
  const showStep = (update: StepUpdate): void => {
    view.step(update);
    if (update.status === 'waiting') notices.look();
  };
  const refresh = async (): Promise<void> => {
    const found = await client.runs.get(run, {}, { signal: stopped });
    view.runPaused(found.paused === null ? null : pauseText(found.paused));
    showSteps(found, showStep);
  };

  const events = followEvents(client, run, showStep, refresh, stopped).catch(async () => {
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
    showSteps(ended, view.step);
    return ended;
  } finally {
    over.abort();
    await events;
  }
}

async function followEvents(
  client: Client,
  run: string,
  showStep: (update: StepUpdate) => void,
  refresh: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for await (const notice of client.live([{ id: 'run', run, types: ['step', 'run', 'changed'] }], { signal })) {
    if (notice.type === 'event' && notice.event.type === 'step')
      showStep({ ...notice.event, at: Date.parse(notice.event.at) });
    else await refresh();
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

function showSteps(run: Run, show: (update: StepUpdate) => void): void {
  for (const [name, step] of Object.entries(run.steps)) {
    const at = Date.parse(step.ended_at ?? step.started_at ?? run.created_at);
    show({ step: name, item: -1, attempt: step.attempts, status: step.status, reason: step.reason, at });
  }
}
