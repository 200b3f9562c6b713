import type { Run } from '@millrace/api';
import { type Html, html } from './html.ts';
import { duration, layout, moment, statusMark } from './layout.ts';

export type RunPage = Readonly<{
  version: string;
  run: Run;
  /** The end of the run's logs, as text; `truncated` when there is more before. */
  log: Readonly<{ text: string; truncated: boolean }>;
}>;

export function runPage({ version, run, log }: RunPage): string {
  const running = run.ended_at === null;
  const body = html`<header><a href="/">Millrace</a><h1>${run.workflow} <span class="num">#${run.id}</span></h1>${statusMark(run.status)}
<span class="soft num">${moment(run.started_at ?? run.created_at)} ${duration(run.started_at, run.ended_at)}</span></header>
${run.paused === null ? null : html`<div class="card problem"><pre>Paused by ${run.paused.by} since ${run.paused.at}${run.paused.reason === null ? '' : `: ${run.paused.reason}`}</pre></div>`}
${run.error === null ? null : fault(run.error)}
<h2>Steps</h2><div class="card">${stepTable(run)}</div>
<h2>Logs <a class="soft" href="/api/v1/runs/${run.id}/logs/content">text</a></h2>
<div class="card"><pre>${log.truncated ? '… (the beginning is left out here)\n' : ''}${log.text === '' ? 'Nothing yet.' : log.text}</pre></div>
<h2>Input</h2><div class="card"><pre>${JSON.stringify(run.input, null, 2)}</pre></div>
${running ? null : html`<h2>Output</h2><div class="card"><pre>${JSON.stringify(run.output, null, 2)}</pre></div>`}`;
  return layout({ title: `${run.workflow} #${run.id}`, body, version, ...(running ? { refreshSeconds: 2 } : {}) });
}

const fault = (error: NonNullable<Run['error']>): Html =>
  html`<div class="card problem"><pre>${
    error.step === undefined ? '' : `${error.step}: `
  }${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}${
    error.at === undefined ? '' : `\n${error.at.file}:${error.at.line}:${error.at.column}`
  }</pre></div>`;

function stepTable(run: Run): Html {
  const rows = Object.entries(run.steps).map(
    ([name, step]) => html`<tr><td>${name}</td><td>${statusMark(step.status)}</td>
<td class="soft">${step.reason?.replaceAll('_', ' ') ?? ''}${
      step.items === null ? '' : ` ${step.items.succeeded} of ${step.items.total} items`
    } ${step.error?.message ?? ''}</td><td class="num">${step.attempts}</td><td class="num">${duration(step.started_at, step.ended_at)}</td></tr>`,
  );
  return html`<table><thead><tr><th>Step</th><th>Status</th><th></th><th>Attempts</th><th>Took</th></tr></thead><tbody>${rows}</tbody></table>`;
}
