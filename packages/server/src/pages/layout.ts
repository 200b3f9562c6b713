import { type Html, html } from './html.ts';
import { style } from './style.ts';

export type Page = Readonly<{ title: string; body: Html; version: string; refreshSeconds?: number }>;

/** A whole document. The style is one of ours, so it is no value to escape. */
export function layout({ title, body, version, refreshSeconds }: Page): string {
  const refresh = refreshSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${refreshSeconds}">`;
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${refresh}
<title>${title}</title><style>${{ markup: style }}</style></head>
<body><main>${body}
<p class="soft">Millrace ${version} · <a href="/openapi.json">API</a> · <a href="/metrics">metrics</a> · <a href="/health/ready">health</a></p>
</main></body></html>
`;
  return document.markup;
}

const signs: Readonly<Record<string, string>> = {
  succeeded: '✓',
  failed: '✗',
  timed_out: '✗',
  cancelled: '–',
  skipped: '–',
  running: '▶',
};

/** A status by sign, word and colour, so that colour is never the only sign. */
export const statusMark = (status: string): Html =>
  html`<span class="status ${status}">${signs[status] ?? '…'} ${status.replace('_', ' ')}</span>`;

export const moment = (at: string | null): Html =>
  at === null ? html`` : html`<time datetime="${at}">${at.replace('T', ' ').slice(0, 19)}</time>`;

export function duration(from: string | null, to: string | null): string {
  if (from === null || to === null) return '';
  const ms = Math.max(0, Date.parse(to) - Date.parse(from));
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
