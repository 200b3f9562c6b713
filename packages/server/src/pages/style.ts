import { createHash } from 'node:crypto';

export const style = `
:root{color-scheme:light dark;--ground:#fbfbfa;--card:#fff;--line:#e3e3df;--text:#1c1e21;--soft:#63676d;--accent:#0b62c4;
--ok:#1a7f45;--bad:#c22f2f;--busy:#0b62c4;--wait:#8a6100;--code:#f3f3f0}
@media (prefers-color-scheme:dark){:root{--ground:#15171a;--card:#1c1f23;--line:#2e3238;--text:#e6e7e9;--soft:#9aa0a8;
--accent:#6cb0ff;--ok:#5cc98a;--bad:#ff7b72;--busy:#6cb0ff;--wait:#e0b34d;--code:#23272c}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 4rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:baseline;margin-bottom:1.5rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
.soft{color:var(--soft)}.num{font-variant-numeric:tabular-nums;white-space:nowrap}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;overflow-x:auto}
.pad{padding:.75rem 1rem}
table{width:100%;border-collapse:collapse}
th,td{text-align:left;padding:.4rem 1rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;font-weight:500;color:var(--soft);font-size:.85rem}
pre{margin:0;padding:.75rem 1rem;background:var(--code);overflow-x:auto;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;
overflow-wrap:anywhere}
.card>pre+pre{border-top:1px solid var(--line)}
code{font:13px ui-monospace,monospace}
.status{font-weight:600;white-space:nowrap}
.succeeded{color:var(--ok)}.failed,.timed_out{color:var(--bad)}.running,.ready{color:var(--busy)}
.queued,.waiting,.paused{color:var(--wait)}.cancelled,.skipped,.pending{color:var(--soft)}
.problem{border-left:3px solid var(--bad)}
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing may run or load but this style, and the page may not be framed. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
