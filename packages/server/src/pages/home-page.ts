import type { RunSummary, Workspace } from '@millrace/api';
import type { ServerOptions } from '../server-options.ts';
import { type Html, html } from './html.ts';
import { duration, layout, moment, statusMark } from './layout.ts';

export type HomePage = Readonly<{
  origin: string;
  version: string;
  workspaces: readonly (Workspace &
    Readonly<{ workflows: readonly Readonly<{ name: string; description: string | null }>[] }>)[];
  runs: readonly RunSummary[];
  sample: ServerOptions['sample'];
}>;

export function homePage({ origin, version, workspaces, runs, sample }: HomePage): string {
  const body = html`<header><h1>Millrace</h1><span class="soft">${origin}</span></header>
${startBlock(origin, workspaces, sample)}
<h2>Last runs</h2>
<div class="card">${runTable(runs)}</div>
${workspaces.map(workspaceBlock)}`;
  const refresh = runs.some((run) => run.ended_at === null) ? { refreshSeconds: 3 } : {};
  return layout({ title: 'Millrace', body, version, ...refresh });
}

/** With a token set, the page cannot tell who looks at it, so it shows nothing but the way in. */
export function closedPage(origin: string, version: string): string {
  const body = html`<header><h1>Millrace</h1><span class="soft">${origin}</span></header>
<p>This server needs its API token. From a terminal:</p>
<div class="card"><pre>curl -H "authorization: Bearer $MILLRACE_TOKEN" ${origin}/api/v1/runs</pre></div>`;
  return layout({ title: 'Millrace', body, version });
}

function startBlock(origin: string, workspaces: HomePage['workspaces'], sample: HomePage['sample']): Html {
  const [workspace] = workspaces.filter(({ workflows }) => workflows.length > 0);
  const [workflow] = workspace?.workflows ?? [];
  const start =
    sample ?? (workspace && workflow ? { workspace: workspace.name, workflow: workflow.name, input: {} } : undefined);
  if (start === undefined) {
    return html`<p>No workflow is there yet. Add a YAML file to a workspace; it is loaded when it is saved.</p>`;
  }
  const path = `${encodeURIComponent(start.workspace)}/workflows/${encodeURIComponent(start.workflow)}`;
  const input = JSON.stringify({ input: start.input ?? {}, wait: 30 });
  return html`<h2>Start <code>${start.workflow}</code></h2>
<div class="card">${sample?.command === undefined ? null : html`<pre>${sample.command}</pre>`}<pre>curl -X POST ${origin}/api/v1/workspaces/${path}/runs \\
  -H 'content-type: application/json' -d ${shellQuote(input)}</pre></div>`;
}

const shellQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function runTable(runs: readonly RunSummary[]): Html {
  if (runs.length === 0) return html`<div class="pad soft">No run yet: start one with the command above.</div>`;
  return html`<table><thead><tr><th>Run</th><th>Status</th><th>Workflow</th><th>Started (UTC)</th><th>Took</th></tr></thead><tbody>
${runs.map(
  (run) => html`<tr><td class="num"><a href="/runs/${run.id}">${run.id}</a></td><td>${statusMark(run.status)}</td>
<td>${run.workspace}/${run.workflow}</td><td class="num">${moment(run.started_at ?? run.created_at)}</td>
<td class="num">${duration(run.started_at, run.ended_at)}</td></tr>`,
)}</tbody></table>`;
}

function workspaceBlock({ name, revision, workflows, diagnostics }: HomePage['workspaces'][number]): Html {
  const rows = workflows.map(
    (workflow) => html`<tr><td>${workflow.name}</td><td class="soft">${workflow.description}</td></tr>`,
  );
  const problems = diagnostics.map(
    (diagnostic) =>
      html`<pre class="${diagnostic.severity === 'error' ? 'problem' : ''}">${diagnostic.file}:${diagnostic.line}:${diagnostic.column} ${diagnostic.severity}: ${diagnostic.message}${diagnostic.hint === null ? '' : `\n  ${diagnostic.hint}`}</pre>`,
  );
  return html`<h2>Workspace ${name} <span class="soft">${revision === null ? 'no valid revision yet' : revision.slice(0, 12)}</span></h2>
<div class="card">${problems}${
    rows.length === 0
      ? html`<div class="pad soft">No workflows.</div>`
      : html`<table><thead><tr><th>Workflow</th><th>Description</th></tr></thead><tbody>${rows}</tbody></table>`
  }</div>`;
}
