import { peers } from '../peers/index.ts';
import type { Note, Row } from '../rows.ts';
import { workloads } from '../workloads/index.ts';
import { type Goal, goals, isMet } from './goals.ts';
import type { Machine } from './machine.ts';
import { comparison, figure } from './table.ts';

/** What a run of the benchmark printed with `--json`. */
export type Report = Readonly<{ rows: readonly Row[]; notes: readonly Note[]; machine: Machine }>;

/** `docs/performance.md`. Only what the run measured is in it. */
export function performancePage(report: Report): string {
  const { machine } = report;
  return `${[
    '# Performance: goals, figures, method',
    '<!-- Written by `npm run bench -- --write-docs`. Change bench/report/, not this page. -->',
    introduction(machine),
    '## Goals and figures',
    goalsSection(report),
    'What stands in the way of those that are missed, and what was tried: [what limits the speed](performance-limits.md).',
    ...workloads.flatMap(({ name, describe }) => workloadSection(name, describe, report)),
    '## Method',
    method,
    '## Other systems',
    peerSection(report),
    '## Repeat it',
    repeating,
  ].join('\n\n')}\n`;
}

function introduction(machine: Machine): string {
  const busy = Math.max(machine.loadBefore, 0) > machine.cores / 2;
  const load = `${machine.loadBefore} processes wanted to run before the first cell, ${machine.loadAfter} after the last`;
  const warning = busy
    ? `\n\n**The machine was busy with other work: ${load}, on
${machine.cores} cores. Absolute figures are far from those of a quiet machine; read ratios within this run.**`
    : ` (${load}).`;
  const end = busy ? '.' : '';
  return `Absolute figures differ from machine to machine, so what counts are ratios within one run. The goals are for a machine of two
cores. Measured ${machine.at.slice(0, 10)} at commit ${machine.commit ?? 'unknown'} on ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GiB,
${machine.kernel}, Node ${machine.node}, ${machine.database}${end}${warning}`;
}

function goalsSection({ rows }: Report): string {
  const lines = goals.map((goal) => {
    const row = rows.find(
      ({ subject, workload, mode, metric }) =>
        subject === 'millrace' && workload === goal.workload && mode === goal.mode && metric === goal.metric,
    );
    return [goal.workload, goal.mode, goal.metric, wanted(goal), shown(row), verdict(goal, row)];
  });
  return table(['Workload', 'Worker', 'Figure', 'Goal', 'Least / median / most', ''], lines);
}

const wanted = (goal: Goal): string => `${goal.unit.endsWith('/s') ? '≥' : '≤'} ${figure(goal.value)} ${goal.unit}`;
const shown = (row: Row | undefined): string =>
  row === undefined ? '–' : `${figure(row.min)} / **${figure(row.median)}** / ${figure(row.max)}`;
const verdict = (goal: Goal, row: Row | undefined): string =>
  row === undefined ? 'not measured' : isMet(goal, row) ? 'met' : 'missed';

function workloadSection(name: string, describe: string, { rows, notes }: Report): readonly string[] {
  const own = rows.filter(({ workload }) => workload === name);
  if (own.length === 0) return [];
  const lines = own.map((row) => [row.subject, row.mode, row.metric, shown(row), row.unit, comparison(row, rows)]);
  const remarks = new Map<string, string[]>();
  for (const { workload, subject, mode, note } of notes) {
    if (workload !== name) continue;
    remarks.set(note, [...(remarks.get(note) ?? []), `${subject} ${mode}`]);
  }
  const list = [...remarks].map(([note, who]) => `* ${who.join(', ')}: ${sentence(note)}`).join('\n');
  return [
    `## ${name}: ${describe}`,
    table(['System', 'Mode', 'Figure', 'Least / median / most', 'Unit', 'Millrace is'], lines),
    ...(list === '' ? [] : [list]),
  ];
}

/** Errors are sentences, other notes are not. */
const sentence = (note: string): string => (note.endsWith('.') ? note : `${note}.`);

const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const method = `* In each round every workload is measured once on every subject, one after another, so that what disturbs the machine for a
  while disturbs all alike. Each such cell has a process and a database of its own, on one PostgreSQL for all. It warms up first: with
  as much as is measured, few at a time, or for a quarter of its time.
* Millrace runs as it comes: no setting is changed. \`in-process\`: the worker is in the engine's process. \`remote\`: it is a process
  of its own and talks HTTP. Every system has 20 slots in one worker.
* Latency is the time from the start call to the first line of the step's body, by one clock of the machine. Throughput is
  measured from the first start call, with at most 1,000 start calls waiting for their answers.
* A run of Millrace has ended when its end is committed; a run of another system when its last body has run, since asking it for
  the end would mean to poll. The comparison favours the others.
* Every cell has a time for measuring (\`--budget\`) and a limit beyond it, and all of them together have one (\`--within\`). What is not
  done by then is told with its reason, and nothing else waits for it. Where nothing ended in time there is no figure.
* \`transactions for each run\` counts the transactions of PostgreSQL that wrote something while it was measured.
* "Millrace is" compares with Millrace's in-process worker: better means less time, or more in the same time.
* Millions of waiting or ended runs are copies of rows that the engine wrote, made by SQL, then vacuumed and analysed.`;

function peerSection({ machine, notes }: Report): string {
  const missing = notes
    .filter(({ workload }) => workload === 'all')
    .map(({ subject, note }) => `* **${subject}**: ${sentence(note)}\n`)
    .join('');
  const lines = peers.flatMap(({ name, modes }) =>
    Object.entries(modes).map(([mode, meaning]) => [name, machine.peers[name] ?? 'not in this run', mode, meaning]),
  );
  return `${table(['System', 'Versions', 'Mode', 'How it is run'], lines)}

Each is written as its own documentation writes it, below \`bench/peers/\`. What is in none of them:

${missing}* **Absurd**: its SQL is not in its npm package, and other people's code is not copied into this repository.
* **Vercel Workflow** (\`workflow\` with \`@workflow/world-postgres\`): workflows must be compiled by a bundler inside a web framework, so
  what would be measured is that server. Its queue is Graphile Worker, which is measured.
* **Temporal, Hatchet, Trigger.dev, Inngest, n8n, Windmill, Airflow and the like**: their servers do not come from the npm registry.`;
}

const repeating = `\`\`\`
npm run bench                                      Millrace alone
npm run bench -- --peers all                       beside all others; BullMQ needs redis-server on the path
npm run bench -- --peers all --json > report.json  for programs
npm run bench -- --peers all --write-docs          also writes this page
npm run bench -- --from report.json --write-docs   this page from an earlier run
\`\`\`

\`--only\` names workloads, \`--rounds\` says how often, \`npm run bench -- --help\` tells the rest. \`npm run scale\` shows how the cost of a run
grows with the run ([Large runs](scale.md)), \`npm run bench:web\` how fast the web UI opens what is large.`;
